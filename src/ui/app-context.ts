/** What main.tsx gives to the screens; no screen reaches for anything else of the world. */

import {createContext, useContext} from 'react';
import type {SyncError} from '../../protocol/errors.ts';
import type {Notebook} from '../db/repositories.ts';
import type {AppUpdate, LeftBehind, Live, SyncControl} from '../sync/api.ts';
import type {Writer} from '../sync/changes.ts';
import type {importTrilium} from '../transfer/import-trilium.ts';

export interface App {
  /** What went wrong where no screen waits for it: the database was upgraded by another tab, a live query ended. */
  readonly failure: Live<SyncError>;
  readonly control: SyncControl;
  readonly update: AppUpdate;
  readonly notebook: Notebook;
  /** For importers, which write through it. */
  readonly writer: Writer;
  /** Loaded when it is first called. */
  readonly importTrilium: typeof importTrilium;
  readonly version: string;
  /** What this browser's notebook last was, also where the browser has removed it since; read anew each time. */
  readonly leftBehind: LeftBehind | null;
  /** Path that the app is served under, with a slash at both ends. */
  readonly basePath: string;
  /** Address of the server that the app came from, the base path included. */
  readonly ownAddress: string;
}

export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === null) throw new Error('useApp outside AppContext');
  return app;
}
