import {keyValueStore} from './key-value-store.ts';

/** What `preset: redis` stands for. */
export const redis = keyValueStore({name: 'redis', image: 'redis:8-alpine', password: 'REDIS_PASSWORD'});
