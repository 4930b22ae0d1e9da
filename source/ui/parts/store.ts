/** The smallest store that React's `useSyncExternalStore` can read. */
export type Readable<T> = {
	readonly subscribe: (listener: () => void) => () => void;
	readonly getSnapshot: () => T;
};

export type Store<T> = Readable<T> & {
	/** Replaces the value and tells everyone, unless it is the very same value. */
	readonly set: (value: T) => void;
};

/** A set of listeners; the returned function of `subscribe` forgets one again. */
export function createListeners() {
	const listeners = new Set<() => void>();
	return {
		subscribe(listener: () => void) {
			listeners.add(listener);
			return () => {
				listeners.delete(listener);
			};
		},
		notify() {
			for (const listener of listeners) listener();
		},
	};
}

export function createStore<T>(initial: T): Store<T> {
	let value = initial;
	const {subscribe, notify} = createListeners();
	return {
		subscribe,
		getSnapshot: () => value,
		set(next) {
			if (Object.is(next, value)) return;
			value = next;
			notify();
		},
	};
}
