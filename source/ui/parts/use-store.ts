import {useSyncExternalStore} from 'react';
import type {Readable} from './store.ts';

/** The store's present value; the component draws again when it changes. */
export function useStore<T>({subscribe, getSnapshot}: Readable<T>): T {
	return useSyncExternalStore(subscribe, getSnapshot);
}
