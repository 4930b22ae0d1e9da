import {type CST, Lexer, Parser} from 'yaml';

/** Maximum nesting of maps and lists: far above any descriptor, far below what breaks the composer. */
const maximumDepth = 64;

export type Tokens =
	| {readonly kind: 'tokens'; readonly tokens: readonly CST.Token[]}
	| {readonly kind: 'refused'; readonly offset: number; readonly message: string};

const isCollection = ({type}: CST.Token): boolean =>
	type === 'flow-collection' || type === 'block-map' || type === 'block-seq';

/**
 * Splits YAML into syntax tokens, and stops at excessive nesting, a second document or a directive. The parser is iterative,
 * but the composer after it is recursive, and deep nesting would crash the process there.
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
