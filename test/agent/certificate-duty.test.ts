import {afterEach, beforeEach, expect, it} from 'vitest';
import {createCertificateDuty} from '../../source/agent/certificate-duty.ts';
import type {AgentAction} from '../../source/agent/events.ts';
import type {CertificateRecord, State} from '../../source/state/state.ts';
import {createMemoryWorld, images, type MemoryWorld} from '../apply/memory-world.ts';
import {createTestClock, environmentOf, type TestClock} from './fake-environment.ts';

const day = 24 * 3_600_000;
const start = Date.parse('2026-11-01T00:00:00Z');
const host = 'shop.example.com';

const recordOf = (days: number, fingerprint: string): CertificateRecord => ({
	source: 'file',
	chain: '',
	ciphertext: '',
	issuer: 'R11',
	names: [host],
	notBefore: new Date(start).toISOString(),
	notAfter: new Date(start + days * day).toISOString(),
	fingerprint,
	updatedAt: new Date(start).toISOString(),
});

let world: MemoryWorld;
let clock: TestClock;
let actions: Pick<AgentAction, 'duty' | 'address' | 'outcome' | 'message' | 'news'>[];
let certificates: Record<string, CertificateRecord>;

beforeEach(async () => {
	world = await createMemoryWorld();
	await world.apply(`name: shop\nservices:\n  work: {kind: worker, image: "${images.good}"}\n`);
	clock = createTestClock(start);
	actions = [];
	certificates = {};
});
afterEach(() => world.close());

async function beginAgent() {
	const readState = async (): Promise<State> => ({...(await world.state())!, certificates});
	const duty = createCertificateDuty(await environmentOf(world, {clock, actions, readState}));
	return () => duty.run([], new AbortController().signal);
}

/** Looks four times a day, as the duty asks for, and returns on which days it reported something. */
async function reportedDays(look: () => Promise<unknown>, days: number): Promise<number[]> {
	const found: number[] = [];
	for (let quarter = 0; quarter < 4 * days; quarter++) {
		const before = actions.length;
		await look();
		if (actions.length > before) found.push((clock.now() - start) / day);
		clock.pass(day / 4);
	}
	return found;
}

it('a certificate is reported when a third of its life is left, in its last week, and when it has expired', async () => {
	certificates[host] = recordOf(90, 'a');
	expect(await reportedDays(await beginAgent(), 100)).toEqual([60.25, 83, 90]);
	expect(actions.map(({message}) => message)).toEqual([
		'the certificate of shop.example.com expires on 2027-01-30: compartment domain add shop.example.com --cert FILE --key FILE',
		'the certificate of shop.example.com expires on 2027-01-30: compartment domain add shop.example.com --cert FILE --key FILE',
		'the certificate of shop.example.com expired on 2027-01-30: compartment domain add shop.example.com --cert FILE --key FILE',
	]);
	expect(actions[0]).toMatchObject({
		duty: 'certificates',
		address: `certificate.${host}`,
		outcome: 'failed',
		news: {event: 'certificate-expiring'},
	});
});

it('one that was renewed in time is not reported again before it is due', async () => {
	certificates[host] = recordOf(90, 'a');
	const look = await beginAgent();
	await reportedDays(look, 61);
	expect(actions).toHaveLength(1);
	certificates[host] = recordOf(180, 'b');
	expect(await reportedDays(look, 80)).toEqual([120.25]);
});

it('without certificates nothing is looked at until the state changes', async () => {
	expect(await (await beginAgent())()).toEqual([]);
});
