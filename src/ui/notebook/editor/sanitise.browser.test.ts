import {describe, expect, it} from 'vitest';
import {pastedHtml} from './clipboard.ts';
import {cleanForShow} from './sanitise.ts';

const ATTACKS = [
  '<img src="x" onerror="window.hit = 1">',
  '<svg><script>window.hit = 1</script></svg>',
  '<a href="javascript:window.hit = 1">x</a>',
  '<iframe srcdoc="<script>parent.hit = 1</script>"></iframe>',
  '<div data-aster-kept="<img src=x onerror=window.hit=1>">x</div>',
  '<form action="https://example.org"><input name="q"><button>go</button></form>',
  '<p style="position:fixed;inset:0;background:url(https://example.org/x.png)">x</p>',
];

describe('HTML from elsewhere', () => {
  it.each(ATTACKS)('is harmless when shown: %s', (html) => {
    const box = document.createElement('div');
    box.append(cleanForShow(html));
    expectHarmless(box);
  });

  it.each(ATTACKS)('is harmless when pasted: %s', (html) => {
    const box = document.createElement('template');
    box.innerHTML = pastedHtml(html);
    expectHarmless(box.content);
  });

  it('loads no picture from elsewhere, and names it', () => {
    const shown = cleanForShow(
      '<p><img src="https://example.org/a%20b.png"><img src="data:image/png;base64,iVBORw0KGgo=" alt="in"></p>',
    );
    expect([...shown.querySelectorAll('img')].map(({alt}) => alt)).toEqual(['in']);
    expect(shown.textContent).toBe('Picture not on this device: a b.png');
  });

  it('keeps tables, tasks and pieces copied from here', () => {
    const table = '<figure class="table"><table><thead><tr><th>A</th></tr></thead></table></figure>';
    expect(pastedHtml(table)).toContain('data-aster-section="thead"');
    expect(pastedHtml('<p><span class="math-tex">x</span></p>')).toContain('data-aster-kept');
  });
});

function expectHarmless(root: ParentNode): void {
  expect(root.querySelector('script, iframe, form, button, object, embed, style, [srcdoc]')).toBeNull();
  for (const element of root.querySelectorAll('*')) {
    for (const {name, value} of element.attributes) {
      expect(name).not.toMatch(/^on/);
      expect(value).not.toMatch(/javascript:|position|url\(|onerror/);
    }
  }
}
