import {keyValueStore} from './key-value-store.ts';

/** What `preset: valkey` stands for. */
export const valkey = keyValueStore({name: 'valkey', image: 'valkey/valkey:8', password: 'VALKEY_PASSWORD'});
