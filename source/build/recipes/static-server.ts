import {staticPort} from '../../model/service-port.ts';
import {copy, run} from './dockerfile-lines.ts';

const serverImage = 'caddy:2-alpine';

/** Folder of the published files in the server's image. */
const published = '/srv';

// Files that must not be published by mistake with a whole folder.
const hidden = '.git .gitignore .env .env.* .compartment compartment.yml compartment.routes.yml Staticfile Dockerfile';

/**
 * Configuration of the server. Files with a content hash in their name are cached forever; all others are revalidated
 * each time (with an ETag, so they are sent only if they changed). A missing page is 404.html if there is one; otherwise
 * a site with an index.html counts as a single-page app, except for paths with a file extension.
 */
const settings = ({isSinglePage}: SiteOptions): string => `{
	admin off
	auto_https off
	grace_period 5s
	log default {
		level ERROR
	}
}

:{$PORT:${staticPort}} {
	root * ${published}
	encode zstd gzip
	log {
		output stdout
		format filter {
			wrap console
			fields {
				request>headers delete
				request>tls delete
				request>remote_port delete
				resp_headers delete
				user_id delete
			}
		}
	}

	header ?Cache-Control "public, max-age=0, must-revalidate"
	header X-Content-Type-Options nosniff
	# The time of a file is made from its content and says nothing about its age.
	header -Last-Modified
	@hashed {
		file
		expression \`{path}.matches("^/(_app/immutable|_astro|_next/static|_nuxt)/") || ({path}.matches("^/(.*/)?assets/[^/]*[-.][A-Za-z0-9_-]{8,}[.][a-z0-9]+$") && {path}.matches("[-.][A-Za-z_-]*[A-Z0-9][A-Za-z0-9_-]*[.][a-z0-9]+$")) || ({path}.matches("[-.][0-9a-f]{8,64}([.]chunk)?[.][a-z0-9]+$") && {path}.matches("[-.][a-f]*[0-9][0-9a-f]*([.]chunk)?[.][a-z0-9]+$"))\`
	}
	header @hashed Cache-Control "public, max-age=31536000, immutable"
	header *.webmanifest Content-Type application/manifest+json
	header *.map Content-Type application/json

	try_files {path} {path}/ {path}.html
	@page {
		not file {path} {path}/index.html {path}.html
		not path_regexp [.][A-Za-z0-9]+$
		${isSinglePage === undefined ? 'not file /404.html\n\t\t' : ''}file /index.html
	}
	${isSinglePage === false ? '' : 'rewrite @page /index.html\n\t'}file_server {
		hide ${hidden}
	}

	handle_errors {
		header Cache-Control "public, max-age=0, must-revalidate"
		@missing {
			expression {http.error.status_code} == 404
			file /404.html
		}
		handle @missing {
			rewrite * /404.html
			file_server
		}
		handle {
			respond "{http.error.status_code} {http.error.status_text}"
		}
	}
}
`;

type SiteOptions = {
	/** Whether unknown paths serve index.html. Default: if there is no 404.html. */
	readonly isSinglePage?: boolean;
};

type Site = SiteOptions & {
	/** Absolute path in the stage `from`, or path in the archive. */
	readonly folder: string;
	readonly from?: string;
};

// The server derives a file's ETag from its time and size. Images lose the times, so a change of the same length would go
// unnoticed; therefore each file gets a time derived from its content.
const timeFromContent = `find ${published} -type f -exec cksum {} + | while read -r sum size name; do touch -d "@$((1000000000 + sum % 600000000))" "$name"; done`;

/** The final stages of an image that only serves files, with the configuration they copy. */
export function serveFiles({folder, from, ...options}: Site): {
	readonly stages: readonly (readonly string[])[];
	readonly files: Readonly<Record<string, string>>;
} {
	return {
		stages: [
			[`FROM ${serverImage} AS files`, copy([`${folder}/`], `${published}/`, {from}), run(timeFromContent)],
			[
				`FROM ${serverImage}`,
				copy(['Caddyfile'], '/etc/caddy/Caddyfile'),
				copy([`${published}/`], `${published}/`, {from: 'files'}),
				'ENV XDG_CONFIG_HOME=/tmp XDG_DATA_HOME=/tmp',
				`EXPOSE ${staticPort}`,
				'USER 1000:1000',
				'CMD ["caddy","run","--config","/etc/caddy/Caddyfile","--adapter","caddyfile"]',
			],
		],
		files: {Caddyfile: settings(options)},
	};
}
