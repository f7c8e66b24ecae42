import {afterEach, expect, test} from 'vitest';
import {differingSpans, emphasise} from './emphasis.ts';

afterEach(() => {
  document.body.replaceChildren();
});

function marked(): string[] {
  return [...(CSS.highlights.get('difference') ?? [])].map((range) => range.toString());
}

function passage(html: string): Element {
  const element = document.body.appendChild(document.createElement('div'));
  element.innerHTML = html;
  return element;
}

test('words that the other passage lacks are marked, across what is bold or linked, and unmarked again', () => {
  const element = passage('<p>Meet at <b>noon</b> by the <a href="#">old lake</a> today.</p>');
  const stop = emphasise(element, 'Meet at nine by the lake today.');
  expect(marked()).toEqual(['noon', ' old']);
  stop();
  expect(marked()).toEqual([]);
});

test('passages that share little are left without marks', () => {
  expect(differingSpans('Meet at noon.', 'Nobody comes here any more')).toEqual([]);
});

test('what differs in white space alone is not marked', () => {
  expect(differingSpans('Meet  at noon', 'Meet at noon')).toEqual([]);
});

test('nothing is marked where only the other passage has words at its end', () => {
  expect(differingSpans('We meet at', 'We meet at noon')).toEqual([]);
});

test('the last word is marked to its end', () => {
  expect(differingSpans('We meet at noon', 'We meet at')).toEqual([[10, 15]]);
});
