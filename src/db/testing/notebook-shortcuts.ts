/** What tests of the notebook do and look at again and again. `current` gives the notebook of the running test. */

import {buildTree, type Tree} from '../../notes/tree.ts';
import type {Notebook, NoteView} from '../repositories.ts';
import {present} from './notebook-world.ts';

export interface NotebookShortcuts {
  create(title: string, parent?: string, text?: string): Promise<string>;
  tree(): Promise<Tree>;
  /** Titles below a note, in order. */
  titles(parent?: string): Promise<(string | undefined)[]>;
  /** The branch of a note below a parent. */
  placeOf(noteId: string, parent?: string): Promise<string>;
  viewOf(noteId: string): Promise<NoteView>;
}

export function createShortcuts(current: () => Notebook): NotebookShortcuts {
  const tree = async () => buildTree(await present(current().watchTree()));
  return {
    create: (title, parent = 'root', text = '') => current().createNote({parent, position: 'last'}, {title, text}),
    tree,
    async titles(parent = 'root') {
      const shown = await tree();
      return shown.children(parent).map(({noteId}) => shown.title(noteId));
    },
    async placeOf(noteId, parent = 'root') {
      const place = (await tree()).places(noteId).find(({parentId}) => parentId === parent);
      return place!.branchId;
    },
    viewOf: async (id) => (await present(current().watchNote(id)))!,
  };
}
