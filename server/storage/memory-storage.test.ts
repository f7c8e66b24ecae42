import {testForgetting} from './forgetting.contract.ts';
import {createMemoryStorage} from './memory-storage.ts';
import {testStorage} from './storage.contract.ts';

const create = async () => {
  const storage = createMemoryStorage();
  return {storage, destroy: () => storage.close()};
};

testStorage('memory', 'process', create);
testForgetting('memory', create);
