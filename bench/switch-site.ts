import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Peer} from './peers.ts';
import {runWell} from './processes.ts';
import type {Sandbox} from './sandbox.ts';

/** A page that returns its version, when it first reported ready, and how much it received. */
const server = `
const {createServer} = require('node:http');
const {VERSION, PORT} = process.env;
let readyAt = 0;
let isStopping = false;
const server = createServer((request, response) => {
	let received = 0;
	request.on('data', chunk => (received += chunk.length));
	request.on('end', () => {
		readyAt ||= Date.now();
		const answer = () => {
			// Tells clients that the connection closes.
			if (isStopping) response.setHeader('connection', 'close');
			response.end(VERSION + ' ' + readyAt + ' ' + received);
		};
		if (request.url === '/slow') setTimeout(answer, 1500);
		else answer();
	});
});
server.keepAliveTimeout = 60000;
server.listen(Number(PORT));
process.once('SIGTERM', () => {
	isStopping = true;
	server.close(() => process.exit());
	server.closeIdleConnections();
});
`;

const settings = {minHealthyMs: 500, drainSeconds: 10, stopGraceSeconds: 5};

/** Replaces the sandbox's image with the page's. */
export async function buildSite({directory, image, env}: Sandbox): Promise<void> {
	const folder = join(directory, 'image');
	rmSync(folder, {recursive: true});
	mkdirSync(folder);
	writeFileSync(join(folder, 'server.cjs'), server);
	writeFileSync(join(folder, 'Dockerfile'), 'FROM node:24-slim\nCOPY server.cjs /\nCMD ["node", "/server.cjs"]\n');
	await runWell(['docker', 'image', 'rm', image]);
	await runWell(['docker', 'build', '--quiet', '--tag', image, folder]);
	writeFileSync(join(env['COMPARTMENT_CONFIG_HOME']!, 'settings.json'), JSON.stringify(settings));
}

/** The changes of a redeploy: always the version, and with `isMoving` also a second service and a rule. */
export type Change = {readonly version: string; readonly isMoving?: boolean};

/** The path that leads to the second service of a version; undefined if the version has none. */
export const secondPath = ({version, isMoving = false}: Change): string | undefined =>
	// Every other version has the second service, and each version has a different rule.
	isMoving && Number(version) % 2 === 0 ? `/api-${version}` : undefined;

/** Writes compartment.yml and its rules. */
export function describeSite({directory, name, image}: Sandbox, change: Change): void {
	const {version} = change;
	const service = (title: string, kind: string) =>
		`  ${title}:\n    kind: ${kind}\n    image: ${image}\n    accessMode: public\n    port: 3000\n    env:\n      VERSION: '${version}'\n    readiness:\n      type: http\n      path: /healthz\n`;
	const path = secondPath(change);
	writeFileSync(
		join(directory, 'compartment.yml'),
		`name: ${name}\n\nservices:\n${service('web', 'web')}${path ? service('api', 'api') : ''}`,
	);
	const rules = join(directory, 'compartment.routes.yml');
	if (path) writeFileSync(rules, `version: 1\nroutes:\n  - on: web\n    path: ${path}/*\n    to: api\n`);
	else rmSync(rules, {force: true});
}

/** The same page as a Compose project on a local port; returns the command line for a version. */
export function composeSite({directory, name, image}: Sandbox, {env}: Peer, port: number) {
	const cwd = join(directory, 'compose');
	mkdirSync(cwd);
	return (version: string): {command: [string, ...string[]]; cwd: string; env: NodeJS.ProcessEnv} => {
		const variables = `      PORT: '3000'\n      VERSION: '${version}'\n`;
		const check = `    healthcheck:\n      test: ['CMD', 'node', '-e', "fetch('http://127.0.0.1:3000').catch(() => process.exit(1))"]\n      interval: 1s\n`;
		writeFileSync(
			join(cwd, 'compose.yaml'),
			`name: ${name}\n\nservices:\n  web:\n    image: ${image}\n    ports: ['127.0.0.1:${port}:3000']\n    environment:\n${variables}${check}`,
		);
		return {command: ['docker', 'compose', '--progress', 'quiet', 'up', '--detach', '--wait'], cwd, env};
	};
}
