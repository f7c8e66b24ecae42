/**
 * `/` in a browser without a notebook: what became of the one that was here, the login screen where the app's server has an account, else the ways to
 * begin.
 */

import {useApp} from '../app-context.ts';
import {LoginScreen} from '../login/login-screen.tsx';
import {AskingServer} from './asking-server.tsx';
import {RemovedCopy} from './removed-copy.tsx';
import {SetupScreen} from './setup-screen.tsx';
import {useServerStatus} from './use-server-status.ts';

export function FrontDoor() {
  const {leftBehind} = useApp();
  return leftBehind === null ? <FirstVisit /> : <RemovedCopy left={leftBehind} />;
}

function FirstVisit() {
  const {ownAddress} = useApp();
  const server = useServerStatus(ownAddress);
  if (server.state === 'asking') return <AskingServer />;
  if (server.state === 'known' && server.initialized) return <LoginScreen />;
  return <SetupScreen setupCode={null} />;
}
