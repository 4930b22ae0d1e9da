FROM debian:trixie-slim AS build
RUN apt-get update && apt-get install --yes --no-install-recommends hugo && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY source/ /app/
RUN hugo

FROM caddy:2-alpine AS files
COPY --from=build /app/public/ /srv/
RUN find /srv -type f -exec cksum {} + | while read -r sum size name; do touch -d "@$((1000000000 + sum % 600000000))" "$name"; done

FROM caddy:2-alpine
COPY Caddyfile /etc/caddy/Caddyfile
COPY --from=files /srv/ /srv/
ENV XDG_CONFIG_HOME=/tmp XDG_DATA_HOME=/tmp
EXPOSE 8080
USER 1000:1000
CMD ["caddy","run","--config","/etc/caddy/Caddyfile","--adapter","caddyfile"]
