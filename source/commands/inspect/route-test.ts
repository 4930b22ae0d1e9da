import {describeTable} from '../../apply/route-table.ts';
import {httpMethods} from '../../descriptor/project.ts';
import {UserError} from '../../errors.ts';
import {command, hint} from '../../hint.ts';
import {describeDesired} from '../../model/desired.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {createTerminal, type Terminal} from '../../output/terminal.ts';
import {describeRule, desiredRoutes} from '../../plan/routes.ts';
import {matchRequest, type RouteMatch} from '../../router/match.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {openWorkspace, readOrNewState, type Workspace} from '../../workspace/workspace.ts';

type Request = {readonly method: string; readonly host: string; readonly path: string};

/** Parses host and raw path. The URL class would normalise dots and slashes that the router refuses. */
function parseRequest(method: string, url: string, defaultHost: string | undefined): Request {
	const upper = method.toUpperCase();
	if (!/^[A-Z]+$/.test(upper))
		throw new UserError(`${method} is not an HTTP method`, {hint: `one of ${httpMethods.join(', ')}`});
	const match = /^(?:https?:\/\/([^/?#]*))?([^#]*)/i.exec(url)!;
	const path = match[2]!.startsWith('/') ? match[2]! : `/${match[2]!}`;
	const host = match[1] || defaultHost;
	if (!host || (match[1] === undefined && !url.startsWith('/')))
		throw new UserError(`${url} is neither a URL nor a path`, {
			hint: hint`${command('route test', 'GET', 'http://HOST/PATH')}, or a path alone for the host of the first exposed service`,
		});
	return {method: upper, host, path};
}

// The current rules of the files, with the access modes that are or would be deployed.
async function currentTable(workspace: Workspace) {
	const {project, environment, settings} = workspace;
	const {state} = await readOrNewState(workspace);
	const desired = describeDesired({
		project,
		environment,
		variables: state.variables,
		bindings: state.bindings,
		baseDomain: settings.baseDomain,
		volumes: state.volumes,
	});
	const routes = desiredRoutes({desired, state, services: null});
	return describeTable({...state, routes});
}

function describeMatch({method, host, path}: Request, match: RouteMatch, {paint, glyphs}: Terminal): string[] {
	const head = `${paint.bold(method)} ${sanitiseLine(host)}${sanitiseLine(path)}`;
	if (match.result === 'ambiguous')
		return [head, `${glyphs.arrow} 400, the path is ambiguous and refused before any rule applies`];
	if (match.result === 'no-host') return [head, `${glyphs.arrow} 404, no service of this environment has this host`];
	const rule = match.rule
		? `rule ${match.ruleIndex! + 1} on ${match.source}: ${glyphs.adapt(describeRule(match.rule))}`
		: `no rule matches, the request stays with ${match.source}`;
	const access = match.access === 'password' ? 'access password required' : 'public';
	return [
		head,
		`${glyphs.arrow} service ${paint.accent(match.service)} gets ${sanitiseLine(match.upstreamPath)}`,
		`  ${rule}`,
		`  ${access}`,
	];
}

/** `compartment route test METHOD URL`: shows which rule matches, and the target and path of the request. */
export async function routeTest(method: string, url: string, flags: CommonFlags): Promise<void> {
	const terminal = createTerminal(flags);
	const table = await currentTable(await openWorkspace(flags));
	const request = parseRequest(method, url, Object.keys(table.hosts)[0]);
	const match = matchRequest(table, request.method, request.host, request.path);
	if (isJson(flags)) process.stdout.write(jsonDocument({...request, ...match}));
	else terminal.print(describeMatch(request, match, terminal).join('\n'));
}
