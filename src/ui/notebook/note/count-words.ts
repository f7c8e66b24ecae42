/** Words of a text as its language counts them; of HTML, those that are seen. */

export function countWords(text: string, format: 'html' | 'plain'): number {
  const plain = format === 'html' ? textOfHtml(text) : text;
  let count = 0;
  for (const {isWordLike} of new Intl.Segmenter(undefined, {granularity: 'word'}).segment(plain)) {
    if (isWordLike) count++;
  }
  return count;
}

/** Read without a page: no image loads, no script runs. A line's end divides words. */
function textOfHtml(html: string): string {
  const {body} = new DOMParser().parseFromString(html.replaceAll('<', ' <'), 'text/html');
  return body.textContent;
}
