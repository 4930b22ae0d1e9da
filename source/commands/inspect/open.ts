import {openInBrowser} from '../../console/open-in-browser.ts';
import {stayFor} from '../../engine/ssh/ssh-process.ts';
import {UserError} from '../../errors.ts';
import {command, hint} from '../../hint.ts';
import {signInHint} from '../../output/events/result-text.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {createTerminal, type Terminal} from '../../output/terminal.ts';
import {forwardUrl} from '../../report/forward-router.ts';
import {readSignIn} from '../../report/sign-in.ts';
import type {State} from '../../state/state.ts';
import {addressOf, mainService, needsForwarding} from '../../state/urls.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';
import {openWorkspace, readExistingState, type Workspace} from '../../workspace/workspace.ts';

type OpenFlags = CommonFlags & {readonly forward?: boolean};

type Opened = {readonly service: string; readonly url: string; readonly isGuarded: boolean};

function findOpened(state: State, name: string | undefined, {settings}: Workspace): Opened {
	const service = name ?? mainService(state);
	const url = service === undefined ? undefined : addressOf(state, service, settings);
	if (service !== undefined && url !== undefined)
		return {service, url, isGuarded: state.routes?.access[service] === 'authenticated'};
	const services = [...new Set(Object.values(state.routes?.hosts ?? {}))];
	throw new UserError(`${name ?? 'the environment'} has no host`, {
		hint: `Services with a host: ${services.join(', ') || 'none'}`,
	});
}

async function printUrl(
	url: string,
	{isGuarded}: Opened,
	state: State,
	{directory}: Workspace,
	terminal: Terminal,
): Promise<void> {
	if (!isGuarded) return terminal.print(url);
	const signIn = await readSignIn(state, directory, terminal);
	terminal.print(signIn ? signIn(url) : [url, hintText(signInHint)].join('\n'));
}

const ends = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Waits until the user ends it. Returns why the connection ended; undefined if the user did. */
async function untilStopped(ended: Promise<string>): Promise<string | undefined> {
	const stopped = Promise.withResolvers<undefined>();
	const stop = () => stopped.resolve(undefined);
	for (const signal of ends) process.on(signal, stop);
	try {
		return await stayFor(Promise.race([stopped.promise, ended]));
	} finally {
		for (const signal of ends) process.off(signal, stop);
	}
}

/** Forwards the router of the engine's machine for as long as the user wants. */
async function openForwarded(opened: Opened, state: State, workspace: Workspace, terminal: Terminal): Promise<void> {
	const {engine, router} = workspace;
	const forwarded = await forwardUrl(opened.url, engine, router);
	try {
		await printUrl(forwarded.url, opened, state, workspace, terminal);
		terminal.inform(`Forwarded from ${sanitiseLine(engine.address)} until ctrl-c.`);
		if (terminal.isInteractive) openInBrowser(forwarded.url);
		const reason = await untilStopped(forwarded.ended);
		if (reason !== undefined) throw new UserError(`the connection to ${engine.address} was lost: ${reason}`);
	} finally {
		await forwarded.close();
	}
}

/**
 * `compartment open [SERVICE]`: prints the URL of a service and opens it in the browser. In a terminal, or with `--forward`, the
 * router of another machine is forwarded to this one first, if only that machine knows the service's host.
 */
export async function open(name: string | undefined, flags: OpenFlags): Promise<void> {
	const terminal = createTerminal(flags);
	const workspace = await openWorkspace(flags);
	const state = await readExistingState(workspace);
	const opened = findOpened(state, name, workspace);
	const {service, url, isGuarded} = opened;
	const isElsewhere = needsForwarding(url, workspace.engine);
	if (isJson(flags)) {
		const document = {service, url, needsForwarding: isElsewhere, hint: isGuarded ? hintText(signInHint) : null};
		process.stdout.write(jsonDocument(document));
		return;
	}
	const {isInteractive} = terminal;
	if (isElsewhere && (isInteractive || flags.forward)) return openForwarded(opened, state, workspace, terminal);
	await printUrl(url, opened, state, workspace, terminal);
	if (isElsewhere)
		terminal.inform(
			hintText(hint`Only the engine's machine reaches it. Forward it: ${command('open', service, '--forward')}`),
		);
	// Without the password, which every user of this machine could read in the browser's command line.
	else if (isInteractive) openInBrowser(url);
}
