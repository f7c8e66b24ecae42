/** Why a file can't be imported. Nothing was written, except after `cancelled`, where the same import again goes on. */

export type ImportErrorType =
  | 'unreadable'
  | 'not_a_zip'
  | 'not_an_export'
  | 'newer_export'
  | 'damaged'
  | 'encrypted'
  | 'too_large'
  | 'cancelled';

interface Words {
  readonly what: string;
  readonly cure: string;
}

const WORDS_BY_TYPE: Readonly<Record<ImportErrorType, Words>> = {
  unreadable: {
    what: 'The browser could not read this file.',
    cure: 'Check that it is still there, and choose it again.',
  },
  not_a_zip: {
    what: 'This file is not a zip.',
    cure: 'In Trilium, export a note and its subtree as HTML in a ZIP archive, and choose that file.',
  },
  not_an_export: {
    what: 'This zip is not an export from Trilium: it has no list of notes.',
    cure: 'Choose the zip as Trilium made it. One that was unpacked and packed again may lack the file "!!!meta.json" at its top.',
  },
  newer_export: {
    what: 'This export has a format that this version of Aster does not know.',
    cure: 'Update Aster, or export from an older Trilium.',
  },
  damaged: {
    what: 'This zip is damaged or incomplete.',
    cure: 'Copy or download it again; if that does not help, export it again.',
  },
  encrypted: {
    what: 'This zip is protected by a password.',
    cure: 'Unpack it, pack it again without a password, and choose the new file.',
  },
  too_large: {
    what: 'This zip holds more text than can be imported at once.',
    cure: 'Export parts of the notebook one by one, and import each.',
  },
  cancelled: {
    what: 'The import was stopped. What had arrived is kept.',
    cure: 'Import the same file again to go on: nothing comes twice.',
  },
};

export class ImportError extends Error {
  readonly type: ImportErrorType;
  /** What to do about it, as a sentence for people; `message` says what happened. */
  readonly cure: string;

  constructor(type: ImportErrorType, cause?: unknown) {
    const {what, cure} = WORDS_BY_TYPE[type];
    super(what, {cause});
    this.name = 'ImportError';
    this.type = type;
    this.cure = cure;
  }
}
