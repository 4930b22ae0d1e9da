import {useSyncExternalStore} from 'react';
import type {Readable} from './store.ts';

/** The store's current value; the component renders again when it changes. */
export function useStore<T>({subscribe, getSnapshot}: Readable<T>): T {
	return useSyncExternalStore(subscribe, getSnapshot);
}
