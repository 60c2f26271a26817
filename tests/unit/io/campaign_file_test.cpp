#include "io/campaign_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/campaign_system.hpp"
#include "io/structure_files.hpp"
#include "io/text_file.hpp"
#include "unit/io/temporary_folder.hpp"

namespace glassforge::io {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kKA2D = R"([campaign]
name = "ka2d_T0.30"
seed = 20261122
[system]
model = "KA2D"
temperature = 0.30
structures = 24
[replicas]
count = 20
times = [0.11, 1.25, 14.14, 158.74]
[labels]
bond_breaking = { inner = 1.4, outer = 1.8 }
pairs = false
[describe]
sets = ["glassmlp"]
[train]
models = ["ridge_glassmlp", "glassmlp"]
[split]
train = 16
validation = 4
test = 4
)";

class CampaignFile : public ::testing::Test {
 protected:
  Campaign read(const std::string& text, const std::vector<std::string>& overrides = {}) {
    const auto path = folder_.path("campaign.toml");
    writeText(path, text);
    return readCampaign(path, potentials_, overrides);
  }
  Campaign with(const std::vector<std::string>& overrides) { return read(kKA2D, overrides); }

  std::string failure(const std::string& text, const std::vector<std::string>& overrides = {}) {
    try {
      read(text, overrides);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }
  std::string failureWith(const std::string& override_text) { return failure(kKA2D, {override_text}); }

  TemporaryFolder folder_;
  std::vector<Smoothing> potentials_{Smoothing::force_shift, Smoothing::quartic, Smoothing::shift};
};

TEST_F(CampaignFile, ResolvesTheModelsDefaults) {
  const auto c = read(kKA2D);
  EXPECT_EQ(c.name, "ka2d_T0.30");
  EXPECT_EQ(c.seed, 20261122u);
  EXPECT_EQ(c.system.mixture.counts, (std::vector<std::int64_t>{600, 330, 360}));
  EXPECT_EQ(c.system.structures, 24);
  EXPECT_TRUE(c.system.files.empty());
  EXPECT_EQ(c.equilibrate.method, "swap");
  EXPECT_EQ(c.equilibrate.swap_pairs, (std::vector<std::array<int, 2>>{{0, 2}, {1, 2}}));
  EXPECT_DOUBLE_EQ(c.replicas.dt, 0.01);
  EXPECT_DOUBLE_EQ(c.engine.skin, 0.6);
  EXPECT_EQ(c.shard_size, 16);
  EXPECT_EQ(c.labels.bond_outer, 1.8);
  EXPECT_THAT(c.models, ElementsAre("ridge_glassmlp", "glassmlp"));
  EXPECT_THAT(stepLadder(c).steps(), ElementsAre(11, 125, 1414, 15874));
}

TEST_F(CampaignFile, KobAndersenRunsByMdInOneShardAStructure) {
  const auto c = with({"system.model=KA", "system.temperature=0.44", "replicas.times=glassbench"});
  EXPECT_EQ(c.equilibrate.method, "md");
  EXPECT_TRUE(c.replicas.times.glassbench);
  EXPECT_EQ(c.system.mixture.smoothing, Smoothing::force_shift);
  EXPECT_DOUBLE_EQ(c.replicas.dt, 0.0025);
  EXPECT_DOUBLE_EQ(c.engine.skin, 0.4);
  EXPECT_EQ(c.shard_size, 1);
  EXPECT_EQ(stepLadder(c).size(), 10u);
}

TEST_F(CampaignFile, MixedPrecisionNeedsABoxForItsMinimumImages) {
  EXPECT_EQ(with({"engine.precision=mixed"}).engine.precision, Precision::mixed);
  EXPECT_NE(campaignHash(with({"engine.precision=mixed"})), campaignHash(with({})));
  EXPECT_THAT(failureWith("engine.precision=single"), HasSubstr("mixed"));
  EXPECT_THAT(failure(kKA2D, {"engine.precision=mixed", "system.particles=40"}), HasSubstr("twice cutoff + skin"));
}

TEST_F(CampaignFile, TemperingResolvesItsLadder) {
  const auto given = with({"equilibrate.method=tempering", "equilibrate.temperatures=[0.30, 0.31, 0.325]"});
  EXPECT_THAT(given.equilibrate.temperatures, ElementsAre(0.30, 0.31, 0.325));
  EXPECT_EQ(given.equilibrate.levels, 3);
  const auto spaced = with({"equilibrate.method=tempering", "equilibrate.levels=5"});
  ASSERT_EQ(spaced.equilibrate.temperatures.size(), 5u);
  EXPECT_EQ(spaced.equilibrate.temperatures.front(), 0.30);
  EXPECT_LT(spaced.equilibrate.temperatures.back(), spaced.equilibrate.start_temperature);
  EXPECT_EQ(with({"system.model=KA", "equilibrate.method=tempering"}).equilibrate.temperatures.size(), 8u);
}

/// Folders that were made before a key came must stay valid: the hash of this campaign was taken before tempering had
/// keys.
TEST_F(CampaignFile, HashesOfOldCampaignsStay) {
  EXPECT_EQ(campaignHash(read(kKA2D)), "96c89b202e500fea");
  EXPECT_EQ(campaignHash(with({"equilibrate.levels=12", "equilibrate.exchange_time=3"})), "96c89b202e500fea");
  const auto tempering = campaignHash(with({"equilibrate.method=tempering"}));
  EXPECT_NE(campaignHash(with({"equilibrate.method=tempering", "equilibrate.levels=9"})), tempering);
  EXPECT_NE(campaignHash(with({"equilibrate.method=tempering", "equilibrate.exchange_time=2"})), tempering);
}

TEST_F(CampaignFile, EchoIsReadBackToTheSameCampaign) {
  const std::vector<std::vector<std::string>> variants{
      {},
      {"system.model=KA", "replicas.times=glassbench", "system.particles=500", "labels.bond_breaking=false"},
      {"replicas.times={ladder=[1.5e8, 40], indices=[5, 10, 40]}", "replicas.dynamics=nvt", "engine.precision=mixed"},
      {"replicas.times={tau_alpha=[0.01, 0.1, 1]}", "system.box=[40, 41.00000000000001]"},
      {"labels.pairs=true", "labels.overlap={distance=0.25}", "dynamics.replicas=5"},
      {"labels.pairs={cutoff=1.35}", "labels.bond_breaking=false", "labels.overlap=true"},
      {"equilibrate.method=tempering", "equilibrate.levels=5"},
      {"equilibrate.method=tempering", "equilibrate.temperatures=[0.30, 0.311, 0.32000000000000006]"},
      {"split.test_ids=[3, 5]", "equilibrate.method=md", "equilibrate.swap_pairs=[[\"A\", \"B\"]]"},
  };
  for (const auto& overrides : variants) {
    const auto text = toToml(read(kKA2D, overrides));
    EXPECT_EQ(toToml(read(text)), text);
    EXPECT_EQ(campaignHash(read(text)), campaignHash(read(kKA2D, overrides)));
  }
}

TEST_F(CampaignFile, EchoOfAnOwnMixtureIsReadBack) {
  const std::string text = R"([campaign]
name = "wahn"
seed = 1
[system]
model = "Wahnström \"copy\""
temperature = 0.6
structures = 6
box = 11.03
[system.mixture]
dimension = 3
species = ["L", "S"]
counts = [864, 864]
masses = [2, 1]
epsilon = [[1, 1], [1, 1]]
sigma = [1, 0.9166666666666666, 0.9166666666666666, 0.8333333333333334]
timestep = 0.004
[replicas]
times = [1]
)";
  const auto c = read(text);
  EXPECT_EQ(c.system.mixture.masses[0], 2.0);
  EXPECT_DOUBLE_EQ(c.replicas.dt, 0.004);
  EXPECT_EQ(c.equilibrate.method, "md");
  EXPECT_EQ(c.split.train, 4);
  EXPECT_EQ(c.split.test, 1);
  EXPECT_EQ(toToml(read(toToml(c))), toToml(c));
  EXPECT_THAT(failure(text, {"system.mixture.sigma=[1, 0.9, 0.8, 1]"}), HasSubstr("symmetric"));
  EXPECT_THAT(failure(text, {"system.model=KA"}), HasSubstr("preset"));
  EXPECT_THAT(failure(text, {"equilibrate.method=hybrid", "equilibrate.swap_pairs=[[\"L\", \"S\"]]"}),
              HasSubstr("equal masses"));
}

TEST_F(CampaignFile, NetworksOnGraphsHaveAllTheirKeys) {
  const auto c = with({"train.models=[\"botan\", \"mine\"]",
                       "train.botan.networks=3",
                       "train.botan.batch=5",
                       "train.botan.passes=11",
                       "train.botan.pretrain_passes=12",
                       "train.botan.validate_every=13",
                       "train.botan.optimiser=soap",
                       "train.botan.standardised=true",
                       "train.botan.rate=2e-4",
                       "train.botan.schedule=cosine",
                       "train.botan.beta1=0.8",
                       "train.botan.clip=0.5",
                       "train.botan.decay=1e-6",
                       "train.botan.node_share=0.7",
                       "train.botan.dropout=0.2",
                       "train.botan.positions=cage",
                       "train.botan.augmentation=rotations",
                       "train.botan.labels=[\"bond_breaking\"]",
                       "train.botan.times=[2, 30]",
                       "train.botan.initial=/w/start.npz",
                       "train.mine.passes=7"});
  const GraphLearning wanted{3,
                             5,
                             11,
                             12,
                             13,
                             "soap",
                             true,
                             2e-4,
                             "cosine",
                             0.8,
                             0.5,
                             1e-6,
                             0.7,
                             0.2,
                             "cage",
                             "rotations",
                             {"bond_breaking"},
                             {2, 30},
                             "/w/start.npz"};
  EXPECT_EQ(c.learning.graph("botan"), wanted);
  EXPECT_EQ(c.learning.graph("mine").passes, 7);
  EXPECT_EQ(c.learning.graph("se3"), LearningSettings().graph("se3"));
  EXPECT_EQ(read(toToml(c)).learning, c.learning);
  EXPECT_EQ(toToml(read(toToml(c))), toToml(c));
  EXPECT_EQ(campaignHash(c), campaignHash(with({"train.models=[\"botan\"]"})));
  EXPECT_THAT(failureWith("train.se3.pases=3"), HasSubstr("did you mean passes?"));
  EXPECT_THAT(failureWith("train.bapst.rate=0"), HasSubstr("above 0"));
  EXPECT_THAT(failureWith("train.bapst.schedule=linear"), HasSubstr("\"constant\", \"cosine\""));
  EXPECT_THAT(failureWith("train.bapst.optimiser=sgd"), HasSubstr("\"adam\", \"soap\""));
  EXPECT_THAT(failureWith("train.bapst.positions=mean"), HasSubstr("\"thermal\", \"inherent\", \"cage\""));
  EXPECT_THAT(failureWith("train.bapst.augmentation=none"), HasSubstr("\"axes\", \"rotations\""));
  EXPECT_THAT(failureWith("train.botan.node_share=1.5"), HasSubstr("at most 1"));
  EXPECT_THAT(failureWith("train.mine.passes=7"), HasSubstr("mine")) << "a table of a model that is not trained";
}

TEST_F(CampaignFile, ParticlesKeepCompositionAndDensity) {
  const auto half = with({"system.particles=645"}).system.mixture;
  EXPECT_EQ(half.counts, (std::vector<std::int64_t>{300, 165, 180}));
  EXPECT_NEAR(half.density(), Mixture::preset("KA2D").density(), 1e-12);
  EXPECT_EQ(half.box[0], half.box[1]);
  const auto ka = with({"system.model=KA", "system.particles=500"}).system.mixture;
  EXPECT_EQ(ka.counts, (std::vector<std::int64_t>{400, 100}));
  const auto listed = with({"system.particles=[10, 20, 70]", "system.box=14"}).system.mixture;
  EXPECT_EQ(listed.counts, (std::vector<std::int64_t>{10, 20, 70}));
  EXPECT_EQ(listed.box, (std::vector<double>{14, 14}));
  EXPECT_THROW(scaledCounts(Mixture::preset("KA2D"), 4), InputError);
  EXPECT_THAT(failureWith("system.particles=[10, 5, 5]"), HasSubstr("cutoff"));
}

TEST_F(CampaignFile, UnknownKeysAreRefusedWithTheNearestKnownOne) {
  EXPECT_THAT(failure(std::string(kKA2D) + "[engine]\nskni = 0.3\n"),
              AllOf(HasSubstr("campaign.toml:23"), HasSubstr("'skni'"), HasSubstr("did you mean skin?")));
  EXPECT_THAT(failureWith("system.temprature=0.3"),
              AllOf(HasSubstr("--set system.temprature=0.3"), HasSubstr("temperature")));
  EXPECT_THAT(failure(std::string(kKA2D) + "[replica]\ncount = 3\n"), HasSubstr("did you mean replicas?"));
  EXPECT_THAT(failureWith("labels.bond_breaking={iner=1.4}"), HasSubstr("did you mean inner?"));
  EXPECT_THAT(failureWith("quench.xyz=1"), HasSubstr("known are tolerance, max_evaluations, cross_check"));
}

TEST_F(CampaignFile, WrongValuesNameFileLineAndKey) {
  EXPECT_THAT(
      failure("[campaign]\nname = \"x\"\nseed = 1\n[system]\nmodel = \"KA\"\ntemperature = -0.3\nstructures = 1\n"),
      AllOf(HasSubstr("campaign.toml:6: temperature in [system] is -0.3"), HasSubstr("above 0")));
  EXPECT_THAT(failureWith("system.temperature=cold"), HasSubstr("is text; it must be a number"));
  EXPECT_THAT(failureWith("system.temperature=nan"), HasSubstr("temperature"));
  EXPECT_THAT(failureWith("system.structures=0"), HasSubstr("at least 1"));
  EXPECT_THAT(failureWith("system.model=KA3"), HasSubstr("known are KA, KA2D"));
  EXPECT_THAT(failureWith("system.smoothing=smooth"), HasSubstr("known are force-shift, quartic, shift"));
  potentials_.emplace_back("soft-sphere");
  const auto soft = with({"system.smoothing=soft-sphere"});
  EXPECT_EQ(soft.system.mixture.smoothing, Smoothing("soft-sphere"));
  EXPECT_EQ(read(toToml(soft)).system.mixture.smoothing, Smoothing("soft-sphere"));
  EXPECT_THAT(failureWith("system.box=4.9"), HasSubstr("twice the largest cutoff"));
  EXPECT_THAT(failureWith("system.box=[33]"), HasSubstr("has 1 lengths"));
  EXPECT_THAT(failureWith("campaign.name=a/b"), HasSubstr("letters"));
  EXPECT_THAT(failureWith("campaign.seed=-1"), HasSubstr("at least 0"));
  EXPECT_THAT(failureWith("equilibrate.method=magic"), HasSubstr("\"swap\", \"md\", \"hybrid\""));
  EXPECT_THAT(failureWith("equilibrate.swap_fraction=1.5"), HasSubstr("at most 1"));
  EXPECT_THAT(failureWith("equilibrate.swap_pairs=[[\"A\",\"D\"]]"), HasSubstr("species 'D'"));
  EXPECT_THAT(failureWith("equilibrate.start_temperature=0.1"), HasSubstr("at least 0.3"));
  EXPECT_THAT(failure(kKA2D, {"system.model=KA", "equilibrate.method=swap"}), HasSubstr("needs swap_pairs"));
  EXPECT_THAT(failureWith("replicas.count=2.5"), HasSubstr("must be an integer"));
  EXPECT_THAT(failureWith("replicas.keep_frames=1"), HasSubstr("true or false"));
  EXPECT_THAT(failureWith("labels.pairs={cutof=2}"), HasSubstr("did you mean cutoff?"));
  EXPECT_THAT(failureWith("labels.pairs={cutoff=17}"), HasSubstr("beyond half the box"));
  EXPECT_THAT(failureWith("labels.pairs=2.0"), HasSubstr("true, false or { cutoff = 2.0 }"));
  EXPECT_THAT(failureWith("labels.overlap={distance=0}"), HasSubstr("above 0"));
  EXPECT_THAT(failure(kKA2D, {"labels.overlap=true", "labels.displacement=false"}), HasSubstr("must not be false"));
  EXPECT_THAT(failure(kKA2D, {"labels.pairs=true", "system.particles=20000000", "replicas.count=1000000"}),
              HasSubstr("do not fit their sums"));
  EXPECT_THAT(failureWith("dynamics.replicas=0"), HasSubstr("at least 1"));
  EXPECT_THAT(failureWith("labels.bond_breaking={inner=1.8, outer=1.4}"), HasSubstr("outer"));
  EXPECT_THAT(failureWith("labels.bond_breaking={outer=30}"), HasSubstr("half the box"));
  EXPECT_THAT(failureWith("train.models=[\"a\", \"a\"]"), HasSubstr("twice"));
  EXPECT_THAT(failureWith("split.test=40"), HasSubstr("asks for more than the 24 structures"));
  EXPECT_THAT(failureWith("split.test_ids=[24]"), HasSubstr("test structure 24"));
  EXPECT_THAT(failureWith("system.temperature=[1"), HasSubstr("not a TOML value"));
  EXPECT_THAT(failureWith("temperature=1"), HasSubstr("section.key=value"));
  EXPECT_THAT(failureWith("system=1"), HasSubstr("section.key=value"));
  EXPECT_THAT(failureWith("campaign.name.x=1"), HasSubstr("not a section"));
  EXPECT_THAT(failure("[campaign\n"), HasSubstr("campaign.toml:1: not valid TOML"));
  EXPECT_THAT(failure("campaign = 3\n"), HasSubstr("must be a section [campaign]"));
}

TEST_F(CampaignFile, TimesTheStepCannotMeetAreRefusedUpFront) {
  EXPECT_THAT(failureWith("replicas.times=[0.013, 1]"),
              AllOf(HasSubstr("--set replicas.times"), HasSubstr("times in [replicas]"), HasSubstr("5 %")));
  EXPECT_THAT(failureWith("replicas.times=[1, 0.5]"), HasSubstr("must increase"));
  EXPECT_THAT(failureWith("replicas.times=[]"), HasSubstr("no label times"));
  EXPECT_THAT(failureWith("replicas.times=[1e300]"), HasSubstr("at most"));
  EXPECT_THAT(failureWith("replicas.times=never"), HasSubstr("glassbench"));
  EXPECT_THAT(failureWith("replicas.times={ladder=[100]}"), HasSubstr("[M, n]"));
  EXPECT_THAT(failureWith("replicas.times={ladder=[100, 4], indices=[5]}"), HasSubstr("at most 4"));
  EXPECT_THAT(failureWith("replicas.times={tau_alpha=[1, 1]}"), HasSubstr("must increase"));
  EXPECT_THAT(failure(kKA2D, {"replicas.times={tau_alpha=[1]}", "dynamics.structures=0"}), HasSubstr("measured here"));
  const auto c = with({"replicas.times={tau_alpha=[0.1, 1]}"});
  EXPECT_THROW(stepLadder(c), InputError);
  EXPECT_THAT(stepLadder(c, 50.0).steps(), ElementsAre(500, 5000));
  EXPECT_THAT(stepLadder(c, 0.325).steps(), ElementsAre(3, 33));  // 8 % off: tau_alpha itself is not known better
  EXPECT_THAT(stepLadder(c, 0.03).steps(), ElementsAre(1, 3));
  EXPECT_THROW(stepLadder(c, 0.001), InputError);  // the same step twice
}

/// Folders made by earlier versions hold this hash: a key that came later may not change it while it has its default.
TEST_F(CampaignFile, HashOfACampaignFromBeforeIsKept) {
  EXPECT_EQ(campaignHash(read(kKA2D)), "96c89b202e500fea");
}

TEST_F(CampaignFile, HashStaysWhenACampaignGrowsAndChangesWithItsProtocol) {
  const auto hash = campaignHash(read(kKA2D));
  EXPECT_EQ(hash.size(), 16u);
  for (const std::string same :
       {"system.structures=48", "replicas.count=40", "replicas.pack=3", "replicas.times=[0.11, 20]",
        "files.shard_size=2", "train.models=[]", "split.train=12", "dynamics.structures=4", "dynamics.replicas=7",
        "labels.pairs=false", "labels.overlap=false"}) {
    EXPECT_EQ(campaignHash(with({same})), hash) << same;
  }
  for (const std::string other :
       {"campaign.seed=2", "campaign.name=b", "system.temperature=0.31", "system.particles=645",
        "system.smoothing=shift", "equilibrate.sweeps=7", "quench.tolerance=1e-8", "replicas.dt=0.005",
        "replicas.dynamics=nvt", "labels.bond_breaking=false", "labels.pairs=true", "labels.overlap=true",
        "engine.skin=0.4", "dynamics.max_time=10"}) {
    EXPECT_NE(campaignHash(with({other})), hash) << other;
  }
}

/// A campaign as an earlier version resolved it, with the hash that stands in the files of its folder: it must go on
/// there.
TEST_F(CampaignFile, HashOfAFolderFromBeforeStaysWhatItWas) {
  const std::string before = R"([campaign]
name = "ka2d_pilot"
seed = 231
[system]
model = "KA2D"
temperature = 0.231
structures = 2
particles = [600, 330, 360]
box = [32.8962, 32.8962]
smoothing = "quartic"
[equilibrate]
method = "swap"
sweeps = 200000
swap_fraction = 0.2
swap_pairs = [["A", "C"], ["B", "C"]]
displacement = 0.05
start_temperature = 1.0
time = 1000.0
sweeps_per_block = 10
block_time = 1.0
samples = 200
[replicas]
count = 1
times = [0.1]
[engine]
skin = 0.5
)";
  EXPECT_EQ(campaignHash(read(before)), "b085ccaaf694ee0d");
}

TEST_F(CampaignFile, CertificateAndWhatGoesWithItAreReadEchoedAndHashed) {
  const auto c = with({});
  EXPECT_EQ(c.certificate.on_failure, "redo");
  EXPECT_EQ(c.equilibrate.start, "hot");
  EXPECT_FALSE(c.equilibrate.tune_displacement);
  const std::vector<std::string> changes = {
      "equilibrate.start=both",      "equilibrate.displacement=auto",      "certificate.redos=5",
      "certificate.on_failure=keep", "certificate.largest_scattering=0.2", "certificate.sigmas=4",
      "certificate.make=false"};
  const auto changed = with(changes);
  EXPECT_TRUE(changed.equilibrate.tune_displacement);
  EXPECT_EQ(changed.certificate.redos, 5);
  EXPECT_FALSE(changed.certificate.make);
  const auto again = read(toToml(changed));
  EXPECT_EQ(toToml(again), toToml(changed));
  EXPECT_EQ(campaignHash(again), campaignHash(changed));
  for (const auto& change :
       changes) {  // how many redos are allowed decides whether a structure is there, not what it is
    EXPECT_EQ(campaignHash(with({change})) == campaignHash(c), change == "certificate.redos=5") << change;
  }
  EXPECT_EQ(campaignHash(with({"certificate.on_failure=refuse"})), campaignHash(c));
}

TEST_F(CampaignFile, WrongCertificatesAreRefused) {
  EXPECT_THAT(failureWith("certificate.on_failure=hope"), HasSubstr("\"redo\", \"refuse\", \"keep\""));
  EXPECT_THAT(failureWith("certificate.redos=-1"), HasSubstr("at least 0"));
  EXPECT_THAT(failureWith("certificate.sigma=3"), HasSubstr("did you mean sigmas"));
  EXPECT_THAT(failureWith("certificate.largest_scattering=0"), HasSubstr("above 0"));
  EXPECT_THAT(failureWith("equilibrate.start=warm"), HasSubstr("\"hot\", \"cold\", \"both\""));
  EXPECT_THAT(failureWith("equilibrate.displacement=wide"), HasSubstr("\"auto\""));
  EXPECT_THAT(failureWith("equilibrate.displacement=0"), HasSubstr("above 0"));
}

/// Folders made before keys were added belong to the campaigns they belonged to.
TEST_F(CampaignFile, TheHashOfThisCampaignIsWhatItWasInTheFirstVersion) {
  EXPECT_EQ(campaignHash(read(kKA2D)), "96c89b202e500fea");
}

TEST_F(CampaignFile, CageStatesAndTheSecondMinimiserAreAddedToACampaignNotAnotherOne) {
  const auto c =
      with({"cage.make=true", "cage.radius=0.2", "cage.sweeps=500", "cage.burn_in=30", "quench.cross_check=true"});
  EXPECT_TRUE(c.cage.make);
  EXPECT_TRUE(c.cage.tune_displacement);
  EXPECT_TRUE(c.quench.cross_check);
  EXPECT_EQ(c.cage.radius, 0.2);
  EXPECT_EQ(c.cage.sweeps, 500);
  EXPECT_EQ(c.cage.burn_in, 30);
  EXPECT_EQ(campaignHash(c), campaignHash(with({})));
  EXPECT_EQ(read(toToml(c)).cage, c.cage);
  EXPECT_FALSE(with({}).cage.make);
  EXPECT_FALSE(with({}).quench.cross_check);
  const auto fixed = with({"cage.displacement=0.07", "cage.burn_in=0"});
  EXPECT_FALSE(fixed.cage.tune_displacement);
  EXPECT_EQ(fixed.cage.displacement, 0.07);
  EXPECT_EQ(read(toToml(fixed)).cage, fixed.cage);
  EXPECT_THAT(failureWith("cage.radius=0"), HasSubstr("radius in [cage] is 0; it must be above 0"));
  EXPECT_THAT(failureWith("cage.sweeps=1"), HasSubstr("at least 2"));
  EXPECT_THAT(failureWith("cage.displacement=fast"), HasSubstr("\"auto\" or a number"));
  EXPECT_THAT(failureWith("cage.displacement=-0.1"), HasSubstr("above 0"));
  EXPECT_THAT(failureWith("cage.burn_in=10"), HasSubstr("at least 20 sweeps"));
  EXPECT_THAT(failureWith("cage.make=1"), HasSubstr("true or false"));
  EXPECT_THAT(failureWith("cage.cycles=1"), HasSubstr("known are make, radius, sweeps, burn_in, displacement"));
}

TEST_F(CampaignFile, StructuresMayBeFilesFoldersAndGlobs) {
  for (const std::string name : {"s_10.npz", "s_2.npz", "s_1.npz", "notes.txt"})
    writeText(folder_.path("in/" + name), "x");
  const auto named = [&](const std::string& entry) {
    std::vector<std::string> names;
    for (const auto& file :
         with({"system.structures=" + entry, "split.train=1", "split.validation=0", "split.test=0"}).system.files)
      names.push_back(file.substr(folder_.path("in/").size()));
    return names;
  };
  EXPECT_THAT(named("in"), ElementsAre("s_1.npz", "s_2.npz", "s_10.npz"));
  EXPECT_THAT(named("in/s_?.npz"), ElementsAre("s_1.npz", "s_2.npz"));
  EXPECT_THAT(named("in/s_2.npz"), ElementsAre("s_2.npz"));
  EXPECT_THAT(named(R"(["in/s_2.npz", "in/s_1*.npz"])"), ElementsAre("s_2.npz", "s_1.npz", "s_10.npz"));
  EXPECT_THAT(failureWith("system.structures=in/none*.npz"), HasSubstr("nothing matches"));
  EXPECT_THAT(failureWith("system.structures=[]"), HasSubstr("empty list"));
  EXPECT_TRUE(naturalLess("a9b", "a10b"));
  EXPECT_FALSE(naturalLess("a10b", "a9b"));
}

/// Whatever a byte of the file becomes, the outcome is a campaign or an error of ours.
TEST_F(CampaignFile, DamagedTextIsAnErrorOfOurs) {
  const std::string whole = kKA2D;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto text = whole;
    text[at] = static_cast<char>(text[at] ^ (1 << (at % 8)));
    for (const auto& damaged : {text, whole.substr(0, at)}) {
      const auto path = folder_.spill("damaged.toml", damaged);
      try {
        const auto campaign = readCampaign(path, potentials_);
        EXPECT_EQ(toToml(campaign).empty(), false);
      } catch (const Error& error) {
        EXPECT_STRNE(error.what(), "");
      }
    }
  }
}

TEST_F(CampaignFile, MissingFileIsAFileError) {
  EXPECT_THROW(readCampaign(folder_.path("none.toml"), potentials_), FileError);
}

TEST(ExactText, RoundTripsAndIsAlwaysAReal) {
  for (const double value : {0.1, 1.0, 1e300, 5e-324, 15.05658, 1.0 / 3.0, -2.5e-7}) {
    const auto text = exactText(value);
    EXPECT_EQ(std::strtod(text.c_str(), nullptr), value) << text;
    EXPECT_NE(text.find_first_of(".e"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace glassforge::io
