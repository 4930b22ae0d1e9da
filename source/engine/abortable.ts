/** Wraps a generator so that a consumer that leaves early aborts its request, even while one is pending. */
export function abortable<T>(
	signal: AbortSignal | undefined,
	start: (signal: AbortSignal) => AsyncGenerator<T, void>,
): AsyncIterable<T> {
	return {
		[Symbol.asyncIterator]() {
			const own = new AbortController();
			const inner = start(signal ? AbortSignal.any([signal, own.signal]) : own.signal);
			return {
				next: () => inner.next(),
				return: () => {
					own.abort();
					return inner.return();
				},
			};
		},
	};
}
