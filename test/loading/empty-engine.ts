import type {Server} from 'node:http';
import {serveEngine} from './serve-engine.ts';

const answers: Readonly<Record<string, unknown>> = {
	'/info': {ID: 'empty', Name: 'empty', ServerVersion: '28.0.0', OperatingSystem: 'Test', SystemTime: undefined},
	'/containers/json': [],
	'/networks': [],
	'/volumes': {Volumes: []},
};

/** Answers as an engine on which there is nothing, on a Unix socket. Ends with `close()`. */
export const startEmptyEngine = (socket: string): Promise<Server> => serveEngine(socket, path => answers[path]);
