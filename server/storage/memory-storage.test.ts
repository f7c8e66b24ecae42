import {createMemoryStorage} from './memory-storage.ts';
import {testStorage} from './storage.contract.ts';

testStorage('memory', 'process', async () => {
  const storage = createMemoryStorage();
  return {storage, destroy: () => storage.close()};
});
