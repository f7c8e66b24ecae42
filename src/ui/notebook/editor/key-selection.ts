/**
 * A key acts where the cursor is. The browser tells of a moved cursor a moment after it has moved it; on a busy device the next keys are there
 * before, and the editor would put them where the cursor was.
 */

import {Extension} from '@tiptap/core';
import {Plugin} from '@tiptap/pm/state';

export const KeySelection = Extension.create({
  name: 'keySelection',
  addProseMirrorPlugins() {
    return [
      new Plugin({
        props: {
          handleDOMEvents: {
            keydown: (view) => {
              // Told now, the editor looks where the cursor is; an unmoved one costs a comparison.
              if (!view.composing) view.dom.ownerDocument.dispatchEvent(new Event('selectionchange'));
            },
          },
        },
      }),
    ];
  },
});
