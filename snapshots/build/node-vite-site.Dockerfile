FROM node:24-slim AS install
WORKDIR /app
ENV CI=true NPM_CONFIG_FUND=false NPM_CONFIG_AUDIT=false NPM_CONFIG_UPDATE_NOTIFIER=false
COPY source/package.json source/package-lock.json /app/
RUN --mount=type=cache,target=/root/.npm npm ci

FROM install AS build
ENV NODE_ENV=production
COPY source/ /app/
RUN npm run build

FROM caddy:2-alpine AS files
COPY --from=build /app/dist/ /srv/
RUN find /srv -type f -exec cksum {} + | while read -r sum size name; do touch -d "@$((1000000000 + sum % 600000000))" "$name"; done

FROM caddy:2-alpine
COPY Caddyfile /etc/caddy/Caddyfile
COPY --from=files /srv/ /srv/
ENV XDG_CONFIG_HOME=/tmp XDG_DATA_HOME=/tmp
EXPOSE 8080
USER 1000:1000
CMD ["caddy","run","--config","/etc/caddy/Caddyfile","--adapter","caddyfile"]
