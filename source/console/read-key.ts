/** Waits for any key, ctrl-c included, and returns what it sent. Needs a terminal. */
export async function readKey(): Promise<string> {
	const {stdin} = process;
	stdin.setRawMode(true);
	// A closed screen unreferenced stdin, and nothing else keeps this process alive.
	stdin.ref();
	// Read as the screens do: once a stream has flowed, it no longer emits `readable`, and no screen could read it afterwards.
	const key = await new Promise<string>(resolve => {
		const read = () => {
			const data = stdin.read() as Buffer | string | null;
			if (data === null) return;
			stdin.off('readable', read);
			resolve(data.toString());
		};
		stdin.on('readable', read);
	});
	stdin.setRawMode(false);
	stdin.unref();
	return key;
}
