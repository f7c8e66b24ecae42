/**
 * After a paste the cursor stands behind what was pasted. Where that ends in a block without text, a picture or a rule,
 * ProseMirror would leave that block selected, and the next word typed would replace it.
 */

import {Extension} from '@tiptap/core';
import {NodeSelection, Plugin, TextSelection} from '@tiptap/pm/state';

export const AfterPaste = Extension.create({
  name: 'afterPaste',
  addProseMirrorPlugins() {
    return [
      new Plugin({
        appendTransaction(transactions, _before, {selection, schema, tr}) {
          const isPaste = transactions.some((transaction) => transaction.getMeta('uiEvent') === 'paste');
          const paragraph = schema.nodes.paragraph?.create();
          if (!isPaste || paragraph === undefined) return null;
          if (!(selection instanceof NodeSelection) || selection.node.isInline) return null;
          tr.insert(selection.to, paragraph);
          return tr.setSelection(TextSelection.create(tr.doc, selection.to + 1));
        },
      }),
    ];
  },
});
