"""The database settings: what the URL says is what psycopg gets."""

from __future__ import annotations

from pathlib import Path

from portal.database import database_settings, database_url


def test_every_part_of_a_url_reaches_the_connection() -> None:
    settings = database_settings("postgresql://ann:s%20x@db.example:6432/portal?sslmode=require", pool_size=7)

    assert settings == {
        "ENGINE": "portal.postgresql",
        "NAME": "portal",
        "USER": "ann",
        "PASSWORD": "s x",
        "HOST": "db.example",
        "PORT": "6432",
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": {
            "sslmode": "require",
            "pool": {"min_size": 1, "max_size": 7, "timeout": 10},
            "prepare_threshold": 2,
        },
    }


def test_behind_a_pooler_no_plans_are_kept() -> None:
    assert "prepare_threshold" not in database_settings("postgresql:///portal", pool_size=7, prepare=False)["OPTIONS"]


def test_the_folder_of_a_socket_is_a_host() -> None:
    settings = database_settings("postgresql:///portal?host=/run/postgresql", pool_size=1)

    assert (settings["HOST"], settings["NAME"], settings["USER"]) == ("/run/postgresql", "portal", "")


def test_a_command_has_no_pool() -> None:
    assert database_settings("postgresql:///portal", pool_size=0)["OPTIONS"] == {}


def test_database_url_wins_over_the_embedded_server() -> None:
    assert database_url({"DATABASE_URL": "postgresql:///other"}, Path("/data")) == "postgresql:///other"


def test_an_empty_database_url_means_the_embedded_server() -> None:
    url = database_url({"DATABASE_URL": ""}, Path("/srv/a b"))

    assert database_settings(url, pool_size=0) | {"OPTIONS": {}} == database_settings(
        "host='/srv/a b/postgres' port=5432 user=postgres dbname=berichtenpoort", pool_size=0
    )
