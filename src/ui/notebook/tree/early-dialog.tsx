/** Why a place can't be moved or deleted yet: the rest of the tree is on its way, and with it what is above and below. */

import {formatNumber} from '../../formats.ts';
import {Button} from '../../parts/button.tsx';
import {Dialog} from '../../parts/dialog.tsx';
import {useStatus} from '../../use-status.tsx';

interface EarlyDialogProps {
  readonly title: string;
  readonly what: 'delete' | 'move' | 'place';
  readonly onClose: () => void;
}

const WORDS_BY_ACT: Record<EarlyDialogProps['what'], string> = {
  delete: 'can be deleted when all titles are here: until then this device doesn’t know all that is below it.',
  move: 'can be moved when all titles are here: until then this device doesn’t know everything around it.',
  place: 'can get another place when all titles are here: until then this device doesn’t know all that it has.',
};

export function EarlyDialog({title, what, onClose}: EarlyDialogProps) {
  const {firstSync, arriving} = useStatus();
  return (
    <Dialog title="Not everything is here yet" onClose={onClose}>
      <div className="dialog-flow">
        <p>
          “{title}” {WORDS_BY_ACT[what]}
        </p>
        <p className="quiet" aria-live="polite">
          {arriving && firstSync !== null
            ? `${formatNumber(firstSync.received)} of ${formatNumber(firstSync.total)} received. Reading, writing and new notes work already.`
            : 'All titles are here now.'}
        </p>
        <div className="dialog-buttons">
          <Button look="primary" onClick={onClose} data-autofocus>
            OK
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
