import {UserError} from '../errors.ts';
import type {Authority} from '../state/authority.ts';
import type {Store, Taken} from './store.ts';
import {hashOf} from './stored.ts';

async function expectOk(answer: Promise<string>, what: string): Promise<void> {
	const text = await answer;
	if (text === 'ok') return;
	if (text.startsWith('moved '))
		throw new UserError(`${what}: it changed in the meantime.`, {
			hint: 'Another command wrote it. Run this command again.',
		});
	throw new UserError(`${what}: ${text.replace(/^error /, '')}`, {
		hint: 'Check the disk of the engine. What is running there is not affected.',
	});
}

/** What gets everything that this process writes, while it holds the lock. */
export function createAuthority(store: Store, {stateHash}: Taken): Authority {
	let known = stateHash;
	const reserve = (seconds: number) => expectOk(store.send(`reserve ${seconds}`), 'Cannot keep the lock on the engine');
	return {
		async append(at, lines) {
			const answer = store.send(`append ${at} ${lines.length}`, lines.toString());
			await expectOk(answer, 'Cannot write the journal on the engine');
		},
		async put(content, name = '-') {
			const text = content.toString();
			const next = hashOf(text);
			if (next === known) return;
			const answer = store.send(`put ${known} ${next} ${Buffer.byteLength(text)} ${name}`, text);
			await expectOk(answer, 'Cannot write the state on the engine');
			known = next;
		},
		archiveJournal: name => expectOk(store.send(`archive ${name}`), 'Cannot archive the journal on the engine'),
		async aside(task) {
			await reserve(60);
			const result = await task();
			// Coming back ends it too, but a router that stays is never left. A kill would then keep the lock for a minute.
			await reserve(0);
			return result;
		},
	};
}
