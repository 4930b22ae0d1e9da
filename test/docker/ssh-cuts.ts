import {afterAll, beforeAll} from 'vitest';
import {type EngineProxy, openEngineProxy} from './engine-proxy.ts';
import {type Sshd, withSshd} from './sshd.ts';

/** When the connection is cut, counted in the requests that change something. */
export type Cut = {
	/** Counts from 1, or the first that is recognised by its method and path, and what is sent. */
	readonly request: number | ((call: string, text: string) => boolean);
	/** Whether the engine gets the request. */
	readonly isReceived: boolean;
	/** How long no connection can be made afterwards. */
	readonly downMs: number;
};

export type CuttableEngine = {
	readonly sshd: Sshd;
	/** The variables of a command that reaches the engine through the connection that can be cut. */
	readonly env: () => Readonly<Record<string, string>>;
	/** Arms a cut, or none, and counts from the beginning. */
	readonly arm: (cut?: Cut) => void;
	/** The changing requests since then. */
	readonly requests: () => readonly string[];
	/** Whether the cut has happened. */
	readonly hasCut: () => boolean;
	/** Resolves when connections can be made again. */
	readonly mended: () => Promise<void>;
};

const isChange = (call: string): boolean => !/^(?:GET|HEAD) /.test(call);

/** The engine of this machine behind an sshd, with a connection that can be cut at any request. */
export function withCuttableEngine(): CuttableEngine {
	let proxy: EngineProxy;
	let armed: Cut | undefined;
	let hasCut = false;
	let requests: string[] = [];
	let mended: Promise<void> = Promise.resolve();
	const path = () => proxy.host.slice('unix://'.length);
	beforeAll(async () => {
		proxy = await openEngineProxy({
			fate(call, text) {
				if (!isChange(call)) return 'pass';
				requests.push(call.replace(/\?.*/, ''));
				if (!armed || hasCut) return 'pass';
				const {request} = armed;
				if (!(typeof request === 'number' ? request === requests.length : request(call, text))) return 'pass';
				hasCut = true;
				mended = sshd.cut(armed.downMs);
				return armed.isReceived ? 'pass' : 'silence';
			},
		});
	});
	afterAll(() => proxy[Symbol.asyncDispose]());
	const sshd = withSshd({folders: () => [path().replace(/\/[^/]*$/, '')]});
	return {
		sshd,
		env: () => ({...sshd.env(), DOCKER_HOST: sshd.address(path())}),
		arm(cut) {
			armed = cut;
			hasCut = false;
			requests = [];
		},
		requests: () => requests,
		hasCut: () => hasCut,
		mended: () => mended,
	};
}
