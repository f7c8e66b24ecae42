import {createMemoryStore} from './memory-store.ts';
import {storeContract} from './store.contract.ts';

storeContract('memory', async () => {
  const store = createMemoryStore();
  return {store, reopen: async () => store, secondTab: async () => store, close: async () => {}};
});
