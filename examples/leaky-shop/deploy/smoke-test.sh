#!/bin/sh
# Asks every service whether it is well after a roll-out.
set -eu
curl --fail --silent --header 'Authorization: Basic bW9uaXRvcjoxbWhZUTdPbk40azQ2eQ==' https://shop.example/health
curl --fail --silent https://status:to8LWImrlIjK9laR@checkout.shop.example/health
