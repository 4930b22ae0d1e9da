import {randomBytes} from 'node:crypto';
import {collect, type Store, StoreError} from './store.ts';

/** Makes sure that a store can be written, read, listed and cleaned. @throws StoreError that says what it does not allow */
export async function checkStore(store: Store): Promise<void> {
	const content = randomBytes(32);
	const folder = 'compartment-check';
	const path = `${folder}/${randomBytes(8).toString('hex')}`;
	const whole = (async function* () {
		yield content;
	})();
	await store.write(path, whole, content.length);
	try {
		const listed = (await store.list(folder)).find(file => file.path === path);
		const read = await collect(store.name, path, await store.read(path));
		if (listed?.size !== content.length || !read.equals(content))
			throw new StoreError(store.name, 'refused', 'it does not return what was written to it');
	} finally {
		await store.remove([path]);
	}
}
