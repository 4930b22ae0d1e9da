FROM node:24-slim AS base
RUN --mount=type=cache,target=/root/.npm npm install --global pnpm@10.18.0

FROM base AS install
WORKDIR /app
ENV CI=true NPM_CONFIG_STORE_DIR=/pnpm/store NPM_CONFIG_VERIFY_DEPS_BEFORE_RUN=false
COPY source/package.json source/pnpm-workspace.yaml source/pnpm-lock.yaml /app/
COPY source/apps/web/package.json /app/apps/web/
COPY source/packages/ui/package.json /app/packages/ui/
COPY source/apps/site/package.json /app/apps/site/
RUN --mount=type=cache,target=/pnpm/store pnpm install --frozen-lockfile

FROM install AS build
ENV NODE_ENV=production
ARG PUBLIC_API
COPY source/ /app/
RUN pnpm build

FROM caddy:2-alpine AS files
COPY --from=build /app/apps/site/dist/ /srv/
RUN find /srv -type f -exec cksum {} + | while read -r sum size name; do touch -d "@$((1000000000 + sum % 600000000))" "$name"; done

FROM caddy:2-alpine
COPY Caddyfile /etc/caddy/Caddyfile
COPY --from=files /srv/ /srv/
ENV XDG_CONFIG_HOME=/tmp XDG_DATA_HOME=/tmp
EXPOSE 8080
USER 1000:1000
CMD ["caddy","run","--config","/etc/caddy/Caddyfile","--adapter","caddyfile"]
