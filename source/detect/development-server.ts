/** Commands that watch the source for a developer, or show a build for a moment. */
const watching: readonly RegExp[] = [
	/^ng (?:serve|s)\b/,
	/^(?:react-scripts|craco|react-app-rewired|docusaurus|docusaurus-start|react-native|storybook|stencil) (?:start|serve|dev)\b/,
	/^(?:next|astro|remix|react-router|vinxi|nitro|vitepress|vuepress|wrangler|rsbuild|sanity|quasar|umi|max|svelte-kit|solid-start|turbo|mastra|tauri) (?:dev|develop|preview|vite:dev)\b/,
	/^(?:gatsby|gridsome) (?:develop|serve)\b/,
	/^(?:nuxt|nuxi) (?:dev|start|preview)\b/,
	/^vite(?: (?:dev|serve|preview))?(?: -.*)?$/,
	/^(?:ember|vue-cli-service|hexo|webpack|nx) (?:serve|server|s|dev)\b/,
	/^nx run [\w-]+:(?:serve|dev)\b/,
	/^(?:webpack-dev-server|start-storybook|docusaurus-start|slidev|electron|electron-vite|electron-forge)(?:\s|$)/,
	/^eleventy\b.*--(?:serve|watch)/,
	/^stencil build\b.*--(?:dev|watch|serve)/,
	/^parcel(?! build\b)(?:\s|$)/,
	/^expo(?: |$)(?!export)/,
	/^nest start\b/,
	/^node ace(?:\.js)? serve\b/,
	/^medusa develop\b/,
	/^strapi (?:dev|develop)\b/,
	/^(?:nodemon|ts-node-dev|tsx watch|node --watch|bun --watch|bun --hot)(?:\s|$)/,
	/^tauri(?:\s|$)/,
	/^(?:brunch watch|polymer serve|sapper dev|sanity start|gulp serve|grunt serve)\b/,
	/^(?:npm|pnpm|yarn|bun) (?:run )?(?:dev|develop|watch|start:dev|serve:dev)\b/,
];

/** Programs and settings before the command itself, which change nothing about what it is. */
const wrappers =
	/^(?:(?:[A-Za-z_]\w*=\S*|cross-env|dotenv(?: (?!-- )\S+)* --|npx(?: --?[\w-]+)*|bunx|pnpm(?: exec| dlx)?|yarn|bun(?: --bun)? (?:x|run))\s+)+/;

/** Characters that are looked at: more than any command for developers. */
const longest = 1000;

/** Whether a start script only runs a development server, so that it says nothing about how the service runs. */
export function isDevelopmentServer(script: string): boolean {
	const last = script.slice(-longest).split(/&&|;/).at(-1)!.trim();
	return [last, last.replace(wrappers, '')].some(command => watching.some(pattern => pattern.test(command)));
}
