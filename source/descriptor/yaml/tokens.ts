import {type CST, Lexer, Parser} from 'yaml';

/** Maps and lists may hold one another this deep. Far above any descriptor, far below what breaks the composer. */
const maximumDepth = 64;

export type Tokens =
	| {readonly kind: 'tokens'; readonly tokens: readonly CST.Token[]}
	| {readonly kind: 'refused'; readonly offset: number; readonly message: string};

const isCollection = ({type}: CST.Token): boolean =>
	type === 'flow-collection' || type === 'block-map' || type === 'block-seq';

/**
 * Splits YAML text into syntax tokens and stops as soon as it nests too deeply or holds what no descriptor needs.
 * The yaml parser is iterative; the composer that runs later is recursive, and a deep document kills the process
 * there in a way that cannot be caught.
 */
export const readTokens = (text: string): Tokens => {
	const parser = new Parser();
	const tokens: CST.Token[] = [];
	for (const lexeme of new Lexer().lex(text)) {
		for (const token of parser.next(lexeme)) tokens.push(token);
		if (parser.stack.length > maximumDepth && parser.stack.filter(isCollection).length > maximumDepth)
			return {kind: 'refused', offset: parser.offset, message: `must not nest deeper than ${maximumDepth} levels`};
	}
	for (const token of parser.end()) tokens.push(token);
	const [, second] = tokens.filter(({type}) => type === 'document');
	if (second)
		return {kind: 'refused', offset: second.offset, message: 'must be one YAML document, but a second one starts here'};
	const directive = tokens.find(({type}) => type === 'directive');
	if (directive)
		return {
			kind: 'refused',
			offset: directive.offset,
			message: 'must not use YAML directives (lines that start with %)',
		};
	return {kind: 'tokens', tokens};
};
