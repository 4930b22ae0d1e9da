import {execFileSync} from 'node:child_process';
import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest';
import {UserError} from '../../source/errors.ts';
import {challengePrefix, challengesMap} from '../../source/router/layout.ts';
import {
	addChallenges,
	type Challenge,
	changeCertificates,
	ensureRouter,
	publish,
	removeChallenges,
} from '../../source/router/router.ts';
import {makeTestAuthority} from '../certificates/make.ts';
import {installable} from './installable.ts';
import {ask, type Lab, openLab, target} from './router-lab.ts';

const authority = makeTestAuthority();
let lab: Lab;
let address: string;
let hosts: {secured: string; plain: string};

const inside = (script: string): string =>
	execFileSync('docker', ['exec', '-u', '0', lab.router.name, 'sh', '-c', script], {encoding: 'utf8'});
const send = (line: string): string => inside(`echo '${line}' | nc 127.0.0.1 9999`);
const reloads = () => /^\d+\s+worker\s+(\d+)/m.exec(inside("echo 'show proc' | nc 127.0.0.1 9998"))?.[1];

const challenge = (name: string): Challenge => ({token: `${name}_-x`, answer: `${name}_-x.thumb-print_`});
const get = (host: string, {token}: Challenge) => ask(lab.router, {host, path: `${challengePrefix}${token}`});
const tableOf = (...more: string[]) =>
	lab.table({
		hosts: Object.fromEntries([...Object.values(hosts), ...more].map(host => [host, 'web'])),
		backends: [{service: 'web', accessMode: 'public', slots: {blue: target(address)}, active: 'blue'}],
	});

beforeAll(async () => {
	lab = await openLab();
	hosts = {secured: `${lab.lineage}.example.com`, plain: `plain-${lab.lineage}.localhost`};
	({address} = await lab.startEcho('web', {3000: 'web'}));
	await publish(lab.engine, lab.router, tableOf());
	const install = [installable(lab, hosts.secured, authority.make({names: [hosts.secured]}))];
	await changeCertificates(lab.engine, lab.router, {lineage: lab.lineage, install, remove: []});
}, 90_000);

beforeEach(() => {
	inside(`: >${challengesMap}`);
	send(`clear map ${challengesMap}`);
});

afterAll(async () => {
	await lab?.close();
	authority.close();
}, 60_000);

test('every host answers, also one that is redirected, unknown or asked over TLS, until it is removed', async () => {
	const one = challenge('one');
	const redirected = {status: 308};
	expect(await get(hosts.secured, one)).toMatchObject(redirected);
	await addChallenges(lab.engine, lab.router, [one]);
	const answered = {status: 200, body: one.answer, headers: {'content-type': 'text/plain'}, echo: undefined};
	for (const host of [...Object.values(hosts), 'unknown.example.com', `${hosts.secured}:80`])
		expect(await get(host, one), host).toMatchObject(answered);
	const tls = {ca: authority.root, servername: hosts.secured};
	expect(await ask(lab.router, {host: hosts.secured, path: `${challengePrefix}${one.token}`, tls})).toMatchObject(
		answered,
	);
	expect(await ask(lab.router, {host: hosts.plain, path: `/other/${one.token}`})).toMatchObject({body: 'web'});
	await removeChallenges(lab.engine, lab.router, [one.token]);
	expect(await get(hosts.secured, one)).toMatchObject(redirected);
	expect(await get('unknown.example.com', one)).toMatchObject({status: 404});
	expect(await get(hosts.plain, one)).toMatchObject({status: 200, echo: {url: `${challengePrefix}${one.token}`}});
	expect(reloads()).toBe('0');
});

test('a service answers challenges of its own, beside those of the router', async () => {
	const one = challenge('one');
	await addChallenges(lab.engine, lab.router, [one]);
	for (const token of ['other', `${one.token}/`, `${one.token}/more`, one.token.toUpperCase(), ''])
		expect(await get(hosts.plain, {token, answer: ''}), token).toMatchObject({status: 200, body: 'web'});
});

test('a container of the environment gets the answer too', async () => {
	const one = challenge('inside');
	await addChallenges(lab.engine, lab.router, [one]);
	const {networks} = (await lab.engine.inspectContainer(lab.router.name))!;
	const url = `http://${networks[lab.network]}:8080${challengePrefix}${one.token}`;
	const program = `fetch(${JSON.stringify(url)}).then(async answer => console.log(answer.status, await answer.text()))`;
	const said = execFileSync('docker', ['exec', `${lab.lineage}-web`, 'node', '-e', program], {encoding: 'utf8'});
	expect(said.trim()).toBe(`200 ${one.answer}`);
});

test('an answer survives a reload and a restart', async () => {
	const one = challenge('one');
	await addChallenges(lab.engine, lab.router, [one]);
	expect(await publish(lab.engine, lab.router, tableOf(`more-${lab.lineage}.localhost`))).toEqual({method: 'reload'});
	expect(await get(hosts.secured, one)).toMatchObject({body: one.answer});
	execFileSync('docker', ['restart', '-t', '1', lab.router.name]);
	await ensureRouter(lab.engine, lab.router);
	await expect.poll(() => get(hosts.secured, one).catch(() => null)).toMatchObject({body: one.answer});
});

test('writers at the same time lose nothing of each other, also while another publishes', async () => {
	const many = Array.from({length: 8}, (_, index) => challenge(`w${index}`));
	const old = many.map(({token}) => challenge(`old-${token}`));
	await addChallenges(lab.engine, lab.router, old);
	await Promise.all([
		...many.map(each => addChallenges(lab.engine, lab.router, [each])),
		...old.map(({token}) => removeChallenges(lab.engine, lab.router, [token])),
		publish(lab.engine, lab.router, tableOf(`third-${lab.lineage}.localhost`)),
	]);
	const answers = () => Promise.all(many.map(each => get('unknown.example.com', each).then(({body}) => body)));
	const wanted = many.map(({answer}) => answer);
	expect(await answers()).toEqual(wanted);
	for (const each of old) expect(await get('unknown.example.com', each)).toMatchObject({status: 404});
	// What a restart would serve.
	const tokens = inside(`cat ${challengesMap}`)
		.trim()
		.split('\n')
		.map(line => line.split(' ')[0]);
	expect(tokens.sort()).toEqual(many.map(({token}) => token));
	await publish(lab.engine, lab.router, tableOf(`fourth-${lab.lineage}.localhost`));
	expect(await answers()).toEqual(wanted);
}, 60_000);

test('adding and removing again changes nothing, and a new answer replaces the old one', async () => {
	const one = challenge('one');
	const other = {token: one.token, answer: 'other.answer'};
	for (const each of [one, one, other, other]) await addChallenges(lab.engine, lab.router, [each]);
	expect(await get(hosts.plain, one)).toMatchObject({body: 'other.answer'});
	expect(inside(`cat ${challengesMap}`)).toMatch(new RegExp(`^${one.token} \\d+/other\\.answer\\n$`));
	expect(send(`show map ${challengesMap}`).trim().split('\n')).toHaveLength(1);
	for (const _ of [1, 2]) await removeChallenges(lab.engine, lab.router, [one.token, 'unknown']);
	expect(inside(`cat ${challengesMap}`)).toBe('');
	expect(send(`show map ${challengesMap}`).trim()).toBe('');
});

test('what a killed process left is dropped after a day', async () => {
	const [before, after] = [challenge('before'), challenge('after')];
	const now = Math.floor(Date.now() / 1000);
	const entries = [
		`${before.token} ${now - 86_500}/${before.answer}`,
		`${after.token} ${now - 86_300}/${after.answer}`,
	];
	for (const entry of entries) {
		inside(`echo '${entry}' >>${challengesMap}`);
		send(`add map ${challengesMap} ${entry}`);
	}
	expect(await get(hosts.secured, before)).toMatchObject({body: before.answer});
	await addChallenges(lab.engine, lab.router, [challenge('one')]);
	expect(await get(hosts.secured, before)).toMatchObject({status: 308});
	expect(await get(hosts.secured, after)).toMatchObject({body: after.answer});
	expect(inside(`cat ${challengesMap}`)).not.toContain(before.token);
});

test('hundreds are added at once', async () => {
	const many = Array.from({length: 300}, (_, index) => challenge(`${'long-name-'.repeat(4)}${index}`));
	await addChallenges(lab.engine, lab.router, many);
	expect(await get(hosts.plain, many[299]!)).toMatchObject({body: many[299]!.answer});
	await removeChallenges(
		lab.engine,
		lab.router,
		many.map(({token}) => token),
	);
	expect(send(`show map ${challengesMap}`).trim()).toBe('');
});

test('what does not belong into a map is refused, and so is a router that does not know the map', async () => {
	for (const [token, answer] of [
		['a b', 'a.b'],
		['a;b', 'a.b'],
		['', 'a.b'],
		['a', 'a.b\nshow info'],
		['a', 'a/b.c'],
		['a', '%[env(HOME)].x'],
	] as const)
		await expect(addChallenges(lab.engine, lab.router, [{token, answer}])).rejects.toThrow(/unsafe (token|answer)/);
	expect(inside(`cat ${challengesMap}`)).toBe('');
	inside(`cd /var/lib/compartment; sed -i /txn.challenge/d haproxy.cfg; echo reload | nc 127.0.0.1 9998`);
	const refused = addChallenges(lab.engine, lab.router, [challenge('one')]);
	await expect(refused).rejects.toThrow(/The router does not answer challenges/);
	await expect(refused).rejects.toThrow(UserError);
});
