import type {Cursor} from '../cursor.ts';
import type {Repository} from '../result.ts';

const schemes = /^(?:https?|ssh|git|file):\/\//i;
const scpForm = /^[\w.-]+@[\w.-]+:[^:]/;

const isLoopback = (url: string): boolean => /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?\//i.test(url);

/** A folder for the clone, named after the repository. */
const folderFor = (url: string): string => {
	const last =
		url
			.replace(/\/+$/, '')
			.split(/[/:\\]/)
			.at(-1) ?? '';
	const name = last
		.replace(/\.git$/, '')
		.replace(/[^A-Za-z0-9._-]+/g, '-')
		.replace(/^[.-]+/, '');
	return name === '' ? 'source' : name;
};

/**
 * The repository of an app; undefined when it has none.
 * @throws DescriptorError for an address that git must not get, or a token that would be sent in the clear
 */
export function repositoryOf(app: Cursor): Repository | undefined {
	const [repo, branch, token] = [app.get('repo'), app.get('branch'), app.get('repoToken')];
	if (!repo) {
		branch?.note('omitted', 'there is no repo');
		token?.note('omitted', 'there is no repo');
		return undefined;
	}
	const url = typeof repo.value === 'string' ? repo.value.trim() : '';
	const isPath = /^\.{0,2}\//.test(url);
	// `ext::` and the like run programs.
	if (!isPath && !schemes.test(url) && !scpForm.test(url))
		repo.refuse('must be the address of a git repository, such as https://github.com/acme/monorepo');
	if (/^[a-z]+:\/\/[^/@]*:[^/@]*@/i.test(url)) repo.refuse('holds a password: write it as repoToken');
	if (token && !/^https:\/\//i.test(url) && !isLoopback(url))
		token.refuse('is only for an https repository: git would send it in the clear, or not at all');
	const name = typeof branch?.value === 'string' ? branch.value : undefined;
	if (branch && (name === undefined || !/^(?!-)[^\s~^:?*[\\]+$/.test(name)))
		branch.refuse('must be the name of a branch');
	repo.carry();
	branch?.carry();
	token?.note('changed', 'is used to clone, and stored nowhere');
	return {
		url,
		folder: folderFor(url),
		...(name !== undefined && {branch: name}),
		...(typeof token?.value === 'string' && {token: token.value}),
	};
}
