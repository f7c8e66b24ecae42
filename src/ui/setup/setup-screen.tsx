/** "Welcome to Aster": the ways to get a notebook into this browser, or this browser's notebook onto the server. */

import {useState} from 'react';
import {useApp} from '../app-context.ts';
import {Page} from '../parts/page.tsx';
import {tidyAddress} from '../server-address.ts';
import {useStatus} from '../use-status.tsx';
import {AskingServer} from './asking-server.tsx';
import {type Choice, Choices} from './choices.tsx';
import {SetUpServer} from './set-up-server.tsx';
import {SyncFromServer} from './sync-from-server.tsx';
import {useServerStatus} from './use-server-status.ts';

export function SetupScreen({setupCode}: {readonly setupCode: string | null}) {
  const {ownAddress} = useApp();
  const server = useServerStatus(ownAddress);
  const hasNotebook = useStatus().replica !== null;
  const [choice, setChoice] = useState<Choice | null>(setupCode === null ? null : 'set-up-server');
  if (server.state === 'asking') return <AskingServer />;
  const back = hasNotebook ? null : () => setChoice(null);
  return (
    <Page title="Welcome to Aster">
      {choice === null ? <Choices server={server} onChoose={setChoice} /> : null}
      {choice === 'sync-from-server' ? (
        <SyncFromServer address={server.state === 'known' ? tidyAddress(ownAddress) : ''} onBack={back} />
      ) : null}
      {choice === 'set-up-server' ? (
        <SetUpServer
          setupCode={setupCode ?? ''}
          server={server}
          notebook={hasNotebook ? 'in-use' : 'new'}
          onBack={back}
        />
      ) : null}
    </Page>
  );
}
