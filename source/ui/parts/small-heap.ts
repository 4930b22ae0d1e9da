/**
 * Keeps the heap of a screen small from now on. While a log passes through, V8 would let the space for new objects grow to
 * more than 100 MB, and collect old objects only when there are several times as many as before. Now the space for new
 * objects keeps its size, and old objects are collected when they have grown by half. V8 reads both flags at each
 * collection; sizes themselves can be set only before it starts.
 */
export function keepHeapSmall(): void {
	const {setFlagsFromString} = process.getBuiltinModule('node:v8');
	setFlagsFromString('--semi-space-growth-factor=1');
	setFlagsFromString('--heap-growing-percent=50');
}
