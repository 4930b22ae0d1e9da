import * as z from 'zod';
import {httpMethods} from '../project.ts';

// Characters of a path: without meaning in the router's configuration, and unambiguous in a request, unlike an encoded
// slash, backslash, dot, percent or control character. Ambiguous requests are refused before any rule is tried.
const character = '(?:[A-Za-z0-9._~!&+,;=:@-]|%(?!2[EeFf5]|5[Cc]|[01][0-9A-Fa-f]|7[Ff])[0-9A-Fa-f]{2})';
const segments = String.raw`(?:/(?!\.{1,2}(?:/|$))${character}+)*`;
const concrete = new RegExp(`^(?!/$)${segments}/?$|^/$`);
const exactOrPrefix = new RegExp(`^(?!/$)${segments}(?:/\\*?)?$|^/$`);

const safeText =
	'must be a plain URL path: letters, digits, - . _ ~ ! & + , ; = : @ and %XX between single slashes, no dot segments';

const transform = z
	.string()
	.regex(/^\//, {error: 'Path must start with /.', abort: true})
	.regex(/(?<!\/\*)$/, {
		error: 'Transform paths must be concrete upstream paths and must not end with /*.',
		abort: true,
	})
	.regex(concrete, safeText)
	.optional();

const serviceName = z.string().min(1);

const needsPrefix = {properties: {path: {pattern: '/\\*$'}}};
const transforms = ['rewrite', 'stripPrefix', 'replacePrefix'] as const;

const rule = z
	.strictObject({
		on: serviceName.describe('Service whose host receives the request.'),
		path: z
			.string()
			.regex(/^\//, {error: 'Path must start with /.', abort: true})
			.regex(exactOrPrefix, `${safeText}, and at most one *, as the last segment`)
			.describe('An exact path, or a prefix that ends with /*.'),
		to: serviceName.describe('Service that answers.'),
		methods: z.array(z.enum(httpMethods)).min(1).optional(),
		stripPrefix: transform,
		replacePrefix: transform,
		rewrite: transform,
	})
	.meta({
		allOf: [
			{not: {required: [transforms[0], transforms[1]]}},
			{not: {required: [transforms[0], transforms[2]]}},
			{not: {required: [transforms[1], transforms[2]]}},
		],
		dependentSchemas: {stripPrefix: needsPrefix, replacePrefix: needsPrefix},
		$comment: 'on and to must be web, api or static services; stripPrefix must be the prefix of path.',
	});

/** compartment.routes.yml as a whole. */
export const routesSchema = z.strictObject({version: z.literal(1), routes: z.array(rule).min(1)});
