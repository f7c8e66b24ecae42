import {createMemoryStore} from './memory-store.ts';
import {outboxContract} from './outbox.contract.ts';
import {packingContract} from './packing.contract.ts';
import {storeContract} from './store.contract.ts';

const createHarness = async () => {
  const store = createMemoryStore();
  return {store, reopen: async () => store, secondTab: async () => store, close: async () => {}};
};

storeContract('memory', createHarness);
outboxContract('memory', createHarness);
packingContract('memory', createHarness);
