"""Query parameters that say how a reader came to a page, not which page it is.

Only what is certain stands here: a parameter too many makes all the articles of some site one.
Names that some sites give to the article itself (``id``, ``p``, ``item``, ``story``, ``track``,
``feature`` …) must never be added.
"""

NAMES = frozenset(
    """
    fbclid gclid dclid gbraid wbraid gclsrc gad_source gad_campaignid srsltid yclid ysclid
    _openstat twclid msclkid igshid igsh ttclid epik mc_cid mc_eid mc_tc mkt_tok _hsenc
    _hsmi __hssc __hstc __hsfp hsctatracking wickedid rb_clickid oly_anon_id oly_enc_id
    vero_id vero_conv sc_cid s_cid _bhlid _branch_match_id _branch_referrer
    __readwiselocation s_kwcid ef_id dm_i ml_subscriber ml_subscriber_hash elqtrackid
    elqtrack mkevt mkcid mkrid campaign_id campaign_medium campaign_name campaign_source
    campaign_term campaign_content cmpid cmpgn ncid ito xtor wt.mc_id wt.z_mc ns_source
    ns_mchannel ns_campaign ns_linkname ns_fee taid guccounter guce_referrer
    guce_referrer_sig ocid smid smtyp spm scm ref_src ref_url referrer_access_token
    __twitter_impression ftag intcid int_cid icid ici soc_src soc_trk trkcampaign li_fat_id
    rssid cvid fb_news_token fb_comment_id fb_ref fb_source traffic_source trafficsource
    sfnsn mibextid share_id shareid syndication rsscampaign feedtype feedname
    """.split()  # noqa: SIM905 -- a table
)
PREFIXES = (
    *(
        "utm_",
        "mtm_",
        "pk_",
        "piwik_",
        "matomo_",
        "hmb_",
        "itm_",
        "at_custom",
        "at_bbc_",
        "at_link_",
    ),
    *(
        "at_campaign",
        "at_medium",
        "at_format",
        "at_ptr_",
        "wt_",
        "fb_action",
        "ga_",
        "stm_",
        "yptr",
    ),
    *("aff_", "vero_", "hsa_"),
)
# Names that mean something else on other sites, with the values that give them away.
VALUES = {
    "ref": {"rss", "feed", "rss_feed", "twitter", "facebook", "home", "homepage", "newsletter"},
    "source": {"rss", "feed", "twitter", "facebook", "newsletter"},
    "src": {"rss", "feed", "twitter", "facebook"},
    "from": {"rss", "feed"},
    "via": {"rss", "feed"},
    "track": {"rss"},
    "partner": {"rss", "feedburner", "skygrid", "twitter", "facebook"},
    "cmp": {"rss", "rss-feed"},
    "rss": {"1", "yes", "true", "y", ""},
    "amp": {"1", "true", ""},
    "output": {"amp"},
    "outputtype": {"amp"},
}
# The number of a visit: long where it is one, short where it names a section.
SESSIONS = frozenset({"phpsessid", "jsessionid", "sid"})


def tracks(name: str, value: str) -> bool:
    """Tell whether a parameter only says how the reader came."""
    name, value = name.lower(), value.lower()
    if name in NAMES or name.startswith(PREFIXES):
        return True
    return value in VALUES.get(name, ()) or (name in SESSIONS and len(value) > 16)
