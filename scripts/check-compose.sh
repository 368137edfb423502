#!/usr/bin/env bash
# Checks docker-compose.yml with Compose itself, then against this project's own rules. Installs Debian's docker-compose where there is none.
set -euo pipefail
cd "$(dirname "$0")/.."

if docker compose version > /dev/null 2>&1; then
  compose=(docker compose)
else
  if ! command -v docker-compose > /dev/null; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq docker-compose > /dev/null
  fi
  compose=(docker-compose)
fi

# From outside the project, so that nobody's .env answers for a variable.
empty=$(mktemp)
trap 'rm -f "$empty"' EXIT
passwords=(POSTGRES_PASSWORD=for-the-check OFFBOARD_RECORDS_PASSWORD=another-for-the-check OFFBOARD_CODEC_SECRET=a-third-for-the-check)
for name in POSTGRES_PASSWORD OFFBOARD_RECORDS_PASSWORD OFFBOARD_CODEC_SECRET; do
  if env "${passwords[@]}" env -u "$name" "${compose[@]}" --env-file "$empty" config > /dev/null 2>&1; then
    echo "docker-compose.yml starts without $name" >&2
    exit 1
  fi
done
env "${passwords[@]}" "${compose[@]}" --env-file "$empty" --profile cli config | node_modules/.bin/node scripts/check-compose.ts
