import {afterEach, beforeEach, expect, it} from 'vitest';
import {createCertificateDuty} from '../../source/agent/certificate-duty.ts';
import type {AgentAction} from '../../source/agent/events.ts';
import {issueChecked} from '../../source/certificates/local-authority.ts';
import {withCertificate} from '../../source/certificates/store-certificate.ts';
import {noAcme} from '../../source/settings/acme.ts';
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

it('a host whose certificate cannot be issued is reported once for each reason, and tried again after a pause', async () => {
	await world.apply(`name: shop\nservices:\n  web: {image: "${images.good}", port: 8080, domain: ${host}}\n`);
	const settings = {acme: {...noAcme, email: 'ops@example.com', directory: 'https://127.0.0.1:1/dir'}};
	// The record of failures has the time of the machine.
	clock.set(Date.now());
	const duty = createCertificateDuty(await environmentOf(world, {clock, actions, settings}));
	const run = () => duty.run([], new AbortController().signal);
	const [next] = await run();
	expect(next).toMatchObject({what: `certificate of ${host}`});
	expect(actions).toMatchObject([
		{
			duty: 'certificates',
			address: `certificate.${host}`,
			outcome: 'failed',
			message: expect.stringContaining('the ACME server cannot be reached'),
			news: {event: 'certificate-failed'},
		},
	]);
	const {failure} = (await world.state())!.certificateRequests![host]!;
	expect(failure).toMatchObject({reason: 'unreachable', attempts: 1});
	expect(next!.at).toBe(Date.parse(failure!.retryAt));
	await run();
	expect((await world.state())!.certificateRequests![host]!.failure!.attempts).toBe(1);
	clock.set(next!.at);
	await run();
	expect((await world.state())!.certificateRequests![host]!.failure!.attempts).toBe(2);
	expect(actions).toHaveLength(1);
});

it('one of the local authority is renewed before it expires, and installed', async () => {
	await world.apply(`name: shop\nservices:\n  web: {image: "${images.good}", port: 8080}\n`);
	const own = 'shop.localhost';
	const stored = await withCertificate((await world.state())!, own, 'local', await issueChecked(own));
	const {[own]: record} = stored.certificates!;
	const dates = {
		notBefore: new Date(start - 300 * day).toISOString(),
		notAfter: new Date(start + 97 * day).toISOString(),
	};
	await world.changeState(() => ({...stored, certificates: {[own]: {...record!, ...dates}}}));
	const duty = createCertificateDuty(await environmentOf(world, {clock, actions}));
	await duty.run([], new AbortController().signal);
	expect(actions).toMatchObject([{outcome: 'done', address: `certificate.${own}`}]);
	const renewed = (await world.state())!.certificates![own]!;
	expect(renewed.fingerprint).not.toBe(record!.fingerprint);
	expect(JSON.parse(world.router.certificates)).toMatchObject([{host: own, fingerprint: renewed.fingerprint}]);
});
