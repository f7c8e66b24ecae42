import {describe, expect, it} from 'vitest';
import {firstDifference, represent} from './can-represent.ts';
import {documentToHtml} from './stored-html.ts';

const EDITABLE: Readonly<Record<string, string>> = {
  nothing: '',
  'paragraphs and marks':
    '<p>One <strong>two</strong> <i>three</i> <b>four</b> <em><u>five</u></em> <s>six</s> H<sub>2</sub>O</p><p>&nbsp;</p>',
  'emphasis nested either way':
    '<p><i><strong>a</strong></i> <strong><em>b</em></strong> <strong><a href="https://example.org">c</a></strong></p>',
  headings: '<h2>A</h2><p>text</p><h3>B</h3><h6>C</h6>',
  'lists of CKEditor':
    '<ul><li>one</li><li>two<ul><li>deep</li></ul></li></ul><ol start="3" style="list-style-type:lower-latin"><li>three</li></ol>',
  'lists of TipTap': '<ul><li><p>one</p></li><li><p>two</p><p>more</p></li></ul>',
  'task lists':
    '<ul class="todo-list"><li><label class="todo-list__label"><input type="checkbox" disabled="disabled"><span class="todo-list__label__description">milk</span></label></li>' +
    '<li><label class="todo-list__label"><input type="checkbox" disabled="disabled" checked="checked"><span class="todo-list__label__description">eggs</span></label><ul><li>six</li></ul></li></ul>',
  'tasks without words':
    '<ul><li><label class="todo-list__label"><input class="todo-list__label__checkmark" type="checkbox" disabled="disabled"></label></li></ul>',
  tables:
    '<figure class="table" style="width:80%"><table><colgroup><col style="width:50%"><col style="width:50%"></colgroup><thead><tr><th>A</th><th>&nbsp;</th></tr></thead>' +
    '<tbody><tr><td colspan="2" style="background-color:hsl(0,0%,90%)">x<br>y</td></tr><tr><td><p>p</p></td><td></td></tr></tbody></table></figure>',
  'a table with a caption':
    '<figure class="table"><table><thead><tr><th>1</th></tr></thead></table><figcaption>Words</figcaption></figure>',
  'a table inside something kept':
    '<details><summary>More</summary><table><thead><tr><td>1</td></tr></thead></table></details>',
  'a table without figure': '<table><tbody><tr><td>1</td></tr></tbody></table>',
  'code blocks':
    '<pre><code class="language-application-javascript-env-frontend">if (a) {\n\tb();\n}\n\nc</code></pre><pre>plain\n  text</pre>',
  quotes: '<blockquote><p>said</p><p>more</p></blockquote>',
  colours:
    '<p><span style="color:hsl(0,75%,60%)">red</span> <span class="text-big" style="background-color:hsl(60,75%,60%)">big</span> <mark class="marker-yellow">m</mark></p>',
  alignment: '<p style="text-align:center">middle</p><h2 style="text-align:right">right</h2>',
  links:
    '<p><a href="#note/abcd1234">Note</a>, <a class="reference-link" href="#note/abcd1234">Other</a>, <a href="https://example.org/?a=1&amp;b=2" target="_blank">x</a></p>',
  pictures:
    '<figure class="image image-style-side" style="width:50%"><img data-attachment="abcd1234" alt="A"><figcaption>Words</figcaption></figure><p>a <img src="data:image/png;base64,iVBORw0KGgo=" width="10"> b</p>',
  formulas: '<p><span class="math-tex">\\(a^2 + b_1\\)</span>Some</p><span class="math-tex">\\[x\\]</span>',
  'included notes': '<section class="include-note" data-note="abcd1234" data-box-size="small">&nbsp;</section>',
  'divisions, indented by an export':
    '\n  <div>\n    <div>\n      <p>One\n        line</p>\n      <ul>\n        <li>item</li>\n      </ul>\n    </div>\n  </div>\n',
  'lines without a paragraph': 'Text <b>bare</b><br>and more<p>then a paragraph</p>after',
  'a picture inside an item': '<ul><li>before <figure class="image"><img alt="x"></figure> after</li></ul>',
  'a rule': '<p>a</p><hr><p>b</p>',
  'right to left': '<p dir="rtl">שלום</p>',
};

const READ_ONLY: Readonly<Record<string, string>> = {
  scripts: '<p>a</p><script>alert(1)</script>',
  'handlers of events': '<p onclick="alert(1)">a</p>',
  'addresses that run': '<p><a href="javascript:alert(1)">a</a></p>',
  'forms whose fields hide what a walk over the text needs': '<form><input name="childNodes"></form>',
  frames: '<p>a</p><iframe src="https://example.org"></iframe>',
  'attributes that the rules drop': '<p style="position:fixed">a</p>',
  'whole documents': '<html><head><title>x</title></head><body><p>a</p></body></html>',
  comments: '<p>a<!-- note to self --></p>',
  'emphasis inside code blocks': '<pre><code>a <b>b</b></code></pre>',
  'anchors without text': '<p><a href="#note/abcd1234"></a>x</p>',
  'attributes of table sections': '<table><tbody title="x"><tr><td>1</td></tr></tbody></table>',
  'captions of tables': '<table><caption>c</caption><tbody><tr><td>1</td></tr></tbody></table>',
  'colours around links': '<p><span style="color:red"><a href="https://example.org">x</a></span></p>',
  'fields outside of tasks': '<p><input type="checkbox"> a</p>',
};

describe('the editor', () => {
  it.each(Object.entries(EDITABLE))('holds %s without loss', (_name, html) => {
    expect(firstDifference(html)).toBeNull();
  });

  it.each(Object.entries(READ_ONLY))('leaves %s alone', (_name, html) => {
    expect(represent(html).state).toBe('read_only');
  });

  it.each(Object.entries(EDITABLE))('writes %s the same way a second time', (_name, html) => {
    const once = rewrite(html);
    expect(rewrite(once)).toBe(once);
  });

  it('keeps spaces that HTML would fold', () => {
    const shown = represent('<p>a</p>');
    if (shown.state !== 'editable') throw new Error('not editable');
    const {schema} = shown.doc.type;
    const doc = schema.node('doc', null, [schema.node('paragraph', {bare: 'no'}, [schema.text(' a  b ')])]);
    expect(documentToHtml(doc)).toBe('<p>&nbsp;a &nbsp;b </p>');
  });
});

function rewrite(html: string): string {
  const shown = represent(html);
  if (shown.state !== 'editable') throw new Error(`not editable: ${html}`);
  return documentToHtml(shown.doc);
}
