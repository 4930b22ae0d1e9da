/** The smallest store that React's `useSyncExternalStore` can read. */
export type Readable<T> = {
	readonly subscribe: (listener: () => void) => () => void;
	readonly getSnapshot: () => T;
};

export type Store<T> = Readable<T> & {
	/** Replaces the value and notifies listeners, unless it is the same value. */
	readonly set: (value: T) => void;
};

/** A set of listeners; `subscribe` returns a function that removes the listener. */
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
