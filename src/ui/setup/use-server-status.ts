/** What a server says of itself, for screens of browsers without a notebook. Has an end: no answer in time is an answer. */

import {useEffect, useState} from 'react';
import type {SyncError} from '../../../protocol/errors.ts';
import {useApp} from '../app-context.ts';

export type ServerAnswer =
  | {readonly state: 'asking'}
  | {readonly state: 'known'; readonly initialized: boolean}
  | {readonly state: 'unknown'; readonly error: SyncError};

const WAIT_MS = 3000;
const ASKING: ServerAnswer = {state: 'asking'};

export function useServerStatus(address: string): ServerAnswer {
  const {control} = useApp();
  const [held, setHeld] = useState<{readonly address: string; readonly answer: ServerAnswer} | null>(null);
  useEffect(() => {
    let isWanted = true;
    const tell = (answer: ServerAnswer) => {
      if (isWanted) setHeld({address, answer});
      isWanted = false;
    };
    const timer = setTimeout(
      () => tell({state: 'unknown', error: {type: 'timeout', message: `no answer in ${WAIT_MS} ms`}}),
      WAIT_MS,
    );
    void control.serverStatus(address).then((result) => {
      if (result.ok) tell({state: 'known', initialized: result.value.initialized});
      else tell({state: 'unknown', error: result.error});
    });
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [control, address]);
  return held?.address === address ? held.answer : ASKING;
}
