"""Reads articles, answers with their matches."""

from collections.abc import Sequence
from itertools import batched

import structlog

from tocsin.article import Article
from tocsin.events import ArticleIngested, ArticleMatched, ArticleSummary, RuleMatch
from tocsin.matching import Engine, Match
from tocsin.ports.clock import Clock
from tocsin.regions import Gazetteer, Geoparser
from tocsin_matcher import metrics
from tocsin_matcher.live_rules import LiveRules
