/** Pictures in notes. Only those whose bytes are inside the note are loaded; the others show their name. */

/** Null for one whose bytes aren't in the note. */
export function pictureOf(attributes: Readonly<Record<string, unknown>>): HTMLImageElement | null {
  const source = String(attributes.src ?? '');
  if (!source.startsWith('data:image/')) return null;
  const image = document.createElement('img');
  image.src = source;
  image.alt = String(attributes.alt ?? '');
  for (const name of ['width', 'height'] as const) {
    if (attributes[name] != null) image.setAttribute(name, String(attributes[name]));
  }
  return image;
}

export function absentPicture(name: string): HTMLElement {
  const mark = document.createElement('span');
  mark.className = 'absent-picture';
  mark.textContent = name === '' ? 'Picture not on this device' : `Picture not on this device: ${name}`;
  return mark;
}

/** The file's name, as people read it. */
export function nameOf(source: string): string {
  const last = source.split(/[?#]/)[0]?.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
