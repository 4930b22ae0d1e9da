import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {compartment} from './cli.ts';
import {linesOf, runWell} from './processes.ts';
import {markdown} from './report.ts';
import {type Sandbox, withSandbox} from './sandbox.ts';
import {heading, section} from './section.ts';
import {median} from './statistics.ts';
import {buildSite, describeSite} from './switch-site.ts';

const rounds = 10;
const requests = 500;

/**
 * Milliseconds from the start of a request to the first byte of its answer, for requests that curl sends one after the other on
 * one connection. The first ones, which open it, do not count.
 */
async function measure(scheme: 'http' | 'https', host: string, port: string, ca: string): Promise<number[]> {
	const reach = ['--http1.1', '--cacert', ca, '--resolve', `${host}:${port}:127.0.0.1`];
	const format = '%{http_code} %{time_starttransfer}\\n';
	const url = `${scheme}://${host}:${port}/?[1-${requests}]`;
	const lines = await linesOf('curl', '--silent', '--show-error', ...reach, '-o', '/dev/null', '-w', format, url);
	return lines.slice(requests / 10).map(line => {
		const [status, seconds = 0] = line.split(' ').map(Number);
		if (status !== 200) throw new Error(`${host} answered ${status}`);
		return 1000 * seconds;
	});
}

async function compare(sandbox: Sandbox): Promise<string> {
	const {directory: cwd, env, name} = sandbox;
	await buildSite(sandbox);
	describeSite(sandbox, {version: '1'});
	const file = join(cwd, 'compartment.yml');
	// One service with two hosts, of which one has a certificate.
	const [plainHost, secureHost] = [`${name}.localhost`, `secure-${name}.localhost`];
	const text = readFileSync(file, 'utf8');
	writeFileSync(file, text.replace('    port: 3000\n', `    port: 3000\n    domain: ${secureHost}\n`));
	await runWell(compartment('apply', '--auto-approve'), {cwd, env});
	await runWell(compartment('domain', 'add', secureHost), {cwd, env});
	await runWell(compartment('apply', '--auto-approve'), {cwd, env});
	const ca = join(env['COMPARTMENT_CONFIG_HOME']!, 'authority/certificate.pem');
	const times = {plain: [] as number[], secure: [] as number[]};
	// In turns, so that other load on the machine meets both.
	for (let round = 0; round < rounds; round++) {
		times.plain.push(...(await measure('http', plainHost, env['COMPARTMENT_ROUTER_PORT']!, ca)));
		times.secure.push(...(await measure('https', secureHost, env['COMPARTMENT_ROUTER_TLS_PORT']!, ca)));
	}
	const ratio = median(times.secure) / median(times.plain);
	if (ratio > 1.3) process.exitCode = 1;
	return markdown([
		['first byte on a kept connection, median', 'ms'],
		['http', median(times.plain).toFixed(3)],
		['https', median(times.secure).toFixed(3)],
		['https / http', ratio.toFixed(2)],
	]);
}

heading('HTTP and HTTPS');
await section(undefined, () => withSandbox(1, compare));
