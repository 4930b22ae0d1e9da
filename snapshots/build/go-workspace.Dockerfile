FROM golang:1.24 AS build
ENV CGO_ENABLED=0
WORKDIR /app
COPY source/go.work /app/
COPY source/api/go.mod source/api/go.sum /app/api/
COPY source/lib/go.mod /app/lib/
RUN --mount=type=cache,target=/go/pkg/mod go mod download
ARG VERSION
COPY source/ /app/
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build go build -trimpath -tags timetzdata -ldflags='-w -s' -o out './api'
RUN mkdir /output && tar --create --exclude='*.go' --exclude=go.mod --exclude=go.sum --exclude=go.work --exclude=go.work.sum --exclude=vendor --directory=/app . | tar --extract --directory=/output

FROM debian:trixie-slim
RUN useradd --create-home --uid 1000 app
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build --chown=app:app /output/ /app/
WORKDIR /app
USER app
CMD ["./out"]
